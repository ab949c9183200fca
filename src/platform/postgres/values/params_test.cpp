#include "platform/postgres/connection/session.h"
#include "support/postgres/loop.h"
#include "support/postgres/server.h"

#include <gtest/gtest.h>

#include <limits>

namespace mindspace::postgres {
namespace {

// Every type makes a round trip through a real server, so that encoding and decoding agree with PostgreSQL's.
class PostgresTypes : public testing::Test {
protected:
    PostgresTypes() { run(io_, session_.connect()); }

    template <class T>
    T echo(const Statement& statement, const T& value) {
        return run(io_, session_.query(statement, value))[0].template get<T>(0);
    }
    // The value as the server's text.
    template <class T>
    std::string text_of(const Statement& statement, const T& value) {
        return run(io_, session_.query(statement, value))[0].template get<std::string>(0);
    }

    asio::io_context io_;
    Session session_{io_, {.conninfo = TestServer::shared().conninfo()}};
};

TEST_F(PostgresTypes, ScalarsRoundTrip) {
    static constexpr Statement kBool{"t_bool", "select $1::bool"};
    static constexpr Statement kSmall{"t_int2", "select $1::int2"};
    static constexpr Statement kInt{"t_int4", "select $1::int4"};
    static constexpr Statement kBig{"t_int8", "select $1::int8"};
    static constexpr Statement kDouble{"t_float8", "select $1::float8"};
    static constexpr Statement kText{"t_text", "select $1::text"};
    static constexpr Statement kBytes{"t_bytea", "select $1::bytea"};
    EXPECT_TRUE(echo(kBool, true));
    EXPECT_FALSE(echo(kBool, false));
    for (auto value : {std::numeric_limits<std::int16_t>::min(), std::int16_t{-1}, std::int16_t{300}})
        EXPECT_EQ(echo(kSmall, value), value);
    for (auto value : {std::numeric_limits<std::int32_t>::min(), 0, 70'000}) EXPECT_EQ(echo(kInt, value), value);
    for (auto value : {std::numeric_limits<std::int64_t>::max(), std::int64_t{-5'000'000'000}})
        EXPECT_EQ(echo(kBig, value), value);
    for (double value : {-0.125, 1e300, std::numeric_limits<double>::infinity()})
        EXPECT_EQ(echo(kDouble, value), value);
    for (std::string value : {"", "Grüße, 世界", "a'b\"c\\d"}) EXPECT_EQ(echo(kText, value), value);
    for (const Bytes& value : {Bytes{}, Bytes{0, 255, 10, 0}}) EXPECT_EQ(echo(kBytes, value), value);
}

TEST_F(PostgresTypes, IdsTimesAndJsonMeanTheSameToTheServer) {
    static constexpr Statement kUuid{"t_uuid", "select $1::uuid"};
    static constexpr Statement kTimestamp{"t_timestamptz", "select $1::timestamptz"};
    static constexpr Statement kDate{"t_date", "select $1::date"};
    static constexpr Statement kJson{"t_jsonb", "select $1::jsonb"};
    static constexpr Statement kUuidText{"t_uuid_text", "select $1::uuid::text"};
    static constexpr Statement kTimestampText{"t_timestamptz_text", "select $1::timestamptz::text"};
    static constexpr Statement kDateText{"t_date_text", "select $1::date::text"};
    auto id = UserId::make(SystemClock().now());
    EXPECT_EQ(echo(kUuid, id), id);
    EXPECT_EQ(echo(kUuid, id.value), id.value);
    EXPECT_EQ(text_of(kUuidText, id), id.to_string());
    Timestamp late{Milliseconds{1'795'417'200'123}};
    Timestamp early{Milliseconds{-1}};
    EXPECT_EQ(echo(kTimestamp, late), late);
    EXPECT_EQ(echo(kTimestamp, early), early);
    EXPECT_EQ(text_of(kTimestampText, late), "2026-11-23 07:00:00.123+00");
    LocalDate day = std::chrono::local_days(std::chrono::year{1999} / 2 / 28);
    EXPECT_EQ(echo(kDate, day), day);
    EXPECT_EQ(text_of(kDateText, day), "1999-02-28");
    EXPECT_EQ(echo(kJson, Json{R"({"a": [1, null]})"}), Json{R"({"a": [1, null]})"});
}

TEST_F(PostgresTypes, AbsentValuesAreNull) {
    static constexpr Statement kNull{"t_null", "select $1::int4, $1::int4 is null, $2::uuid, $3::text[]"};
    std::optional<std::int32_t> none;
    std::optional<UserId> nobody;
    std::optional<std::vector<std::string>> nothing;
    Rows rows = run(io_, session_.query(kNull, none, nobody, nothing));
    EXPECT_EQ(rows[0].get<std::optional<std::int32_t>>(0), std::nullopt);
    EXPECT_TRUE(rows[0].get<bool>(1));
    EXPECT_EQ(rows[0].get<std::optional<UserId>>(2), std::nullopt);
    EXPECT_EQ(rows[0].get<std::optional<std::vector<std::string>>>(3), std::nullopt);
    EXPECT_THROW((void)rows[0].get<std::int32_t>(0), std::logic_error);
    std::optional<std::int32_t> seven = 7;
    Rows others = run(io_, session_.query(kNull, seven, nobody, nothing));
    EXPECT_EQ(others[0].get<std::optional<std::int32_t>>(0), 7);
}

TEST_F(PostgresTypes, ArraysKeepTheirOrderAndTheirNulls) {
    static constexpr Statement kInts{"t_ints", "select $1::int8[]"};
    static constexpr Statement kBools{"t_bools", "select $1::bool[]"};
    static constexpr Statement kTexts{"t_texts", "select $1::text[]"};
    static constexpr Statement kUuids{"t_uuids", "select $1::uuid[]"};
    static constexpr Statement kTimes{"t_times", "select $1::timestamptz[]"};
    static constexpr Statement kDates{"t_dates", "select $1::date[]"};
    static constexpr Statement kBlobs{"t_blobs", "select $1::bytea[]"};
    static constexpr Statement kJsons{"t_jsons", "select $1::jsonb[]"};
    static constexpr Statement kMiddle{"t_middle", "select ($1::text[])[2]"};
    EXPECT_EQ(echo(kInts, std::vector<std::int64_t>{3, -1, 2}), (std::vector<std::int64_t>{3, -1, 2}));
    EXPECT_EQ(echo(kInts, std::vector<std::int64_t>{}), std::vector<std::int64_t>{});
    EXPECT_EQ(echo(kBools, std::vector<bool>{true, false}), (std::vector<bool>{true, false}));
    std::vector<std::optional<std::string>> texts{"a", std::nullopt, ""};
    EXPECT_EQ(echo(kTexts, texts), texts);
    std::vector<UserId> ids{UserId::make(SystemClock().now()), UserId{}};
    EXPECT_EQ(echo(kUuids, ids), ids);
    std::vector<Timestamp> times{Timestamp{Milliseconds{1}}, Timestamp{Milliseconds{1'000'000'000'000}}};
    EXPECT_EQ(echo(kTimes, times), times);
    std::vector<std::optional<LocalDate>> dates{std::nullopt, LocalDate{std::chrono::days{20'000}}};
    EXPECT_EQ(echo(kDates, dates), dates);
    std::vector<Bytes> blobs{{1, 2}, {}};
    EXPECT_EQ(echo(kBlobs, blobs), blobs);
    std::vector<Json> jsons{{"1"}, {"[]"}};
    EXPECT_EQ(echo(kJsons, jsons), jsons);
    EXPECT_EQ(text_of(kMiddle, std::vector<std::string_view>{"x", "y", "z"}), "y");
}

TEST_F(PostgresTypes, NullInAnArrayWithoutOptionalIsABug) {
    static constexpr Statement kHole{"t_hole", "select array[1, null]::int8[]"};
    Rows rows = run(io_, session_.query(kHole));
    EXPECT_THROW((void)rows[0].get<std::vector<std::int64_t>>(0), std::logic_error);
}

TEST_F(PostgresTypes, ArgumentsOfManyTypesAreSentWithoutCopies) {
    static constexpr Statement kMixed{"t_mixed", "select $1::text || $2::text || length($3::bytea)::text"};
    std::array<std::uint8_t, 3> digest{1, 2, 3};
    std::string_view view = "view";
    Rows rows = run(io_, session_.query(kMixed, "literal ", view, digest));
    EXPECT_EQ(rows[0].get<std::string_view>(0), "literal view3");
}

TEST_F(PostgresTypes, LongArgumentsDoNotFitTheInlineBufferAndStillArrive) {
    static constexpr Statement kLong{"t_long", "select $1::text, $2::text"};
    std::string first(1000, 'a');
    std::string second(3'000'000, 'b');
    Rows rows = run(io_, session_.query(kLong, first, second));
    EXPECT_EQ(rows[0].get<std::string_view>(0), first);
    EXPECT_EQ(rows[0].get<std::string_view>(1), second);
}

TEST_F(PostgresTypes, ReadingAMissingValueIsABug) {
    static constexpr Statement kOne{"t_one", "select 1::int4 as n"};
    Rows rows = run(io_, session_.query(kOne));
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_THROW((void)rows[0].get<std::int64_t>(0), std::logic_error);
    EXPECT_THROW((void)rows[0].get<std::optional<std::string>>(0), std::logic_error);
    EXPECT_THROW((void)rows[0].get<std::int32_t>(1), std::logic_error);
    EXPECT_THROW((void)rows[1], std::logic_error);
}

TEST_F(PostgresTypes, RowsCanBeIteratedAndCounted) {
    static constexpr Statement kSeries{"t_series", "select n::int4 from generate_series(1, $1) n"};
    Rows rows = run(io_, session_.query(kSeries, std::int32_t{4}));
    std::int32_t sum = 0;
    for (Row row : rows) sum += row.get<std::int32_t>(0);
    EXPECT_EQ(sum, 10);
    EXPECT_EQ(rows.affected(), 4);
    EXPECT_TRUE(Rows().empty());
}

}  // namespace
}  // namespace mindspace::postgres
