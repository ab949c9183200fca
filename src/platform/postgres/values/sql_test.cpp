#include "platform/postgres/values/sql.h"

#include <gtest/gtest.h>

namespace mindspace::postgres {
namespace {

constexpr char kColumns[] = "id, name";

template <std::size_t N>
consteval auto count_of(const char (&table)[N]) {
    return sql("(SELECT count(*) FROM {})", table);
}

TEST(Sql, IsComposedByTheCompiler) {
    static constexpr auto kText = sql("SELECT {}, '{{}}' FROM ({}) AS x", kColumns, count_of("users"));
    static_assert(std::string_view(kText) == "SELECT id, name, '{}' FROM ((SELECT count(*) FROM users)) AS x");
    static_assert(kText.text[kText.size] == '\0');
}

TEST(Sql, ComposedStatementsOwnTheirText) {
    static constexpr ComposedStatement kFind{"find", "\n SELECT {} FROM users", kColumns};
    const Statement& statement = kFind;
    EXPECT_STREQ(statement.sql, "\n SELECT id, name FROM users");
    EXPECT_STREQ(statement.name, "find");
    static_assert(kFind.reads());
}

}  // namespace
}  // namespace mindspace::postgres
