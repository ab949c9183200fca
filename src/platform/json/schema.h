#pragma once
// Typed schemas: a struct declares its fields once; reading (reporting all faults at once), writing and the OpenAPI
// description are derived from that. A type takes part by defining
//
//     static constexpr std::string_view kName = "Login";
//     static constexpr auto fields() { return std::tuple{field("email", &Login::email, {.max = 254, .format =
//     &kEmail})}; }
//
// and an enum (contiguous from 0) by defining a function found by argument-dependent lookup:
//
//     constexpr auto names_of(Kind) { return std::array<std::string_view, 2>{"breathing", "bodyScan"}; }
//
// The Type<> specialisations below are the list of supported member types.

#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/base/time.h"
#include "platform/json/writer.h"

#include <boost/json/value.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

namespace mindspace::schema {

namespace json = boost::json;

// A check of a string in addition to its length. `name` is its JSON Schema "format", "" if there is no registered one.
struct Format {
    std::string_view name;
    bool (*accepts)(std::string_view text);
    std::string_view message;
};

// The purpose of a string, which determines how it is prepared before it is checked and stored. Every string that
// clients send declares it (declares_texts()); a string with a Format is taken unchanged unless it declares another
// purpose.
enum class Text {
    undeclared,
    exact,  // taken byte for byte: secrets, cursors, values that are returned to the client
    name,   // one line that other users see: composed and trimmed; visible, without control and reordering characters.
            // It may be empty if there is no minimum
    prose,  // composed, with line feeds as line endings; control characters other than line feed and tab are rejected
};

// The text in its stored form. Texts that were stored before this preparation existed are compared in this form.
std::string prepared_text(std::string_view text, Text purpose);

extern const Format kEmail;        // one @, no white space or controls; only a delivered mail proves the address
extern const Format kHttpsUrl;     // absolute https URL
extern const Format kLanguageTag;  // BCP 47, well-formed
extern const Format kTimeZone;     // a name of the IANA time-zone database

struct Rules {
    std::optional<std::int64_t> min{};  // of a string: code points; of a number: value; of a list: items
    std::optional<std::int64_t> max{};
    const Format* format = nullptr;
    Text text = Text::undeclared;
    bool optional = false;     // in: may be absent or null, the member keeps its initial value
    bool omit_absent = false;  // out: an empty optional is omitted, not null
    std::string_view about{};  // one sentence
};

inline constexpr Rules kCursorRules{.max = 256, .text = Text::exact};

template <class T, class M>
struct Field {
    std::string_view name;
    M T::* member;
    Rules rules;
};

template <class T, class M>
constexpr Field<T, M> field(std::string_view name, M T::* member, Rules rules = {}) {
    return {name, member, rules};
}

// A member of a JSON merge patch (RFC 7396): absent, null, or a value.
template <class T>
struct Patch {
    bool present = false;
    std::optional<T> value;
};

// An element of a batch that is validated separately: its faults do not reject the complete batch.
template <class T>
struct Checked {
    T value{};  // complete if there are no faults; otherwise the part that could be read
    std::vector<FieldFault> faults;
};

// A JSON value that is passed through unchanged.
struct RawJson {
    std::string text = "null";
};

template <class T>
concept Object = requires {
    T::kName;
    T::fields();
};

template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E e) { names_of(e); };

template <NamedEnum E>
constexpr std::string_view enum_name(E value) {
    return names_of(value)[static_cast<std::size_t>(value)];
}

template <NamedEnum E>
std::optional<E> enum_value(std::string_view name) {
    constexpr auto kNames = names_of(E{});
    for (std::size_t i = 0; i < kNames.size(); ++i)
        if (kNames[i] == name) return static_cast<E>(i);
    return std::nullopt;
}

// The position of a value; the text of the pointer is created only if there is a fault.
struct Path {
    const Path* parent = nullptr;
    std::string_view name{};
    std::size_t index = 0;
    [[nodiscard]] std::string pointer() const;  // RFC 6901
};

// The maximum number of faults that are reported at once.
inline constexpr std::size_t kMaxFaults = 20;

// The faults of one value, limited to the first kMaxFaults.
class Faults {
public:
    void add(const Path& at, std::string code, std::string message);
    void add_parameter(std::string_view name, std::string code, std::string message);
    [[nodiscard]] bool empty() const { return list_.empty(); }
    // Whether there were more than kMaxFaults.
    [[nodiscard]] bool has_more() const { return has_more_; }
    [[nodiscard]] std::vector<FieldFault> take() { return std::move(list_); }

    // The checks that several types share. Each adds a fault and returns false if the value is invalid.
    bool check_type(bool fits, const Path& at, std::string_view expected);
    bool check_string(std::string_view text, const Rules& rules, const Path& at);
    bool check_characters(std::string_view text, const Rules& rules, const Path& at);
    bool check_number(std::int64_t number, const Rules& rules, const Path& at);
    bool check_count(std::size_t count, const Rules& rules, const Path& at);

private:
    [[nodiscard]] bool is_full();

    std::vector<FieldFault> list_;
    bool has_more_ = false;
};

// Named object schemas of one OpenAPI document, collected while the document is written.
class Components {
public:
    // Writes a $ref and ensures that the component exists.
    template <Object T>
    void reference(JsonWriter& out);
    [[nodiscard]] const std::map<std::string, std::string, std::less<>>& schemas() const { return schemas_; }

private:
    std::map<std::string, std::string, std::less<>> schemas_;
};

// How a member type is read, written and described.
template <class T>
struct Type;

// ---- scalars (schema.cpp)

#define MINDSPACE_SCALAR(TYPE)                                                           \
    template <>                                                                          \
    struct Type<TYPE> {                                                                  \
        static bool read(const json::value&, TYPE&, const Rules&, const Path&, Faults&); \
        static void write(JsonWriter&, const TYPE&);                                     \
        static void describe(JsonWriter&, const Rules&, Components&);                    \
    }
MINDSPACE_SCALAR(std::string);
MINDSPACE_SCALAR(bool);
MINDSPACE_SCALAR(std::int32_t);
MINDSPACE_SCALAR(std::int64_t);
MINDSPACE_SCALAR(double);
MINDSPACE_SCALAR(Timestamp);
MINDSPACE_SCALAR(LocalDate);
MINDSPACE_SCALAR(Uuid);
MINDSPACE_SCALAR(RawJson);
#undef MINDSPACE_SCALAR

// The limit of a list without a rule; all of ours are far shorter.
inline constexpr std::int64_t kMaxItems = 100'000;

// Helpers of the descriptions below, not inline to keep the callers small.
void describe_string_enum(JsonWriter& out, const std::string_view* names, std::size_t count, const Rules& rules);
void describe_about(JsonWriter& out, const Rules& rules);
std::string one_of(const std::string_view* names, std::size_t count);

// ---- compositions

template <class Tag>
struct Type<Id<Tag>> {
    static bool read(const json::value& in, Id<Tag>& to, const Rules& rules, const Path& at, Faults& faults) {
        return Type<Uuid>::read(in, to.value, rules, at, faults);
    }
    static void write(JsonWriter& out, const Id<Tag>& id) { Type<Uuid>::write(out, id.value); }
    static void describe(JsonWriter& out, const Rules& rules, Components& all) {
        Type<Uuid>::describe(out, rules, all);
    }
};

template <NamedEnum E>
struct Type<E> {
    static bool read(const json::value& in, E& to, const Rules& rules, const Path& at, Faults& faults) {
        if (!faults.check_type(in.is_string(), at, "a string")) return false;
        return from_text(std::string_view(in.get_string()), to, rules, at, faults);
    }
    static bool from_text(std::string_view text, E& to, const Rules&, const Path& at, Faults& faults) {
        auto value = enum_value<E>(text);
        constexpr auto kNames = names_of(E{});
        if (!value) return faults.add(at, "not_allowed", one_of(kNames.data(), kNames.size())), false;
        to = *value;
        return true;
    }
    static void write(JsonWriter& out, const E& value) { out.plain(enum_name(value)); }
    static void describe(JsonWriter& out, const Rules& rules, Components&) {
        constexpr auto kNames = names_of(E{});
        describe_string_enum(out, kNames.data(), kNames.size(), rules);
    }
};

// Null and absent mean the same.
template <class T>
struct Type<std::optional<T>> {
    static bool read(const json::value& in, std::optional<T>& to, const Rules& rules, const Path& at, Faults& faults) {
        if (in.is_null()) return to.reset(), true;
        return Type<T>::read(in, to.emplace(), rules, at, faults);
    }
    static void write(JsonWriter& out, const std::optional<T>& value) {
        value ? Type<T>::write(out, *value) : out.null();
    }
    static void describe(JsonWriter& out, const Rules& rules, Components& all) {
        out.begin_object();
        out.key("anyOf");
        out.begin_array();
        Type<T>::describe(out, rules, all);
        out.raw(R"({"type":"null"})");
        out.end_array();
        out.end_object();
    }
};

template <class T>
struct Type<Patch<T>> {
    static bool read(const json::value& in, Patch<T>& to, const Rules& rules, const Path& at, Faults& faults) {
        to.present = true;
        return Type<std::optional<T>>::read(in, to.value, rules, at, faults);
    }
    static void describe(JsonWriter& out, const Rules& rules, Components& all) {
        Type<std::optional<T>>::describe(out, rules, all);
    }
};

template <class T>
struct Type<Checked<T>> {
    static bool read(const json::value& in, Checked<T>& to, const Rules& rules, const Path& at, Faults&) {
        Faults own;
        Type<T>::read(in, to.value, rules, at, own);
        to.faults = own.take();
        return true;
    }
    static void describe(JsonWriter& out, const Rules& rules, Components& all) { Type<T>::describe(out, rules, all); }
};

template <class T>
struct Type<std::vector<T>> {
    static bool read(const json::value& in, std::vector<T>& to, const Rules& rules, const Path& at, Faults& faults) {
        if (!faults.check_type(in.is_array(), at, "an array")) return false;
        const auto& items = in.get_array();
        if (!faults.check_count(items.size(), rules, at)) return false;
        bool good = true;
        to.reserve(items.size());
        for (std::size_t i = 0; i < items.size(); ++i)
            good &= Type<T>::read(items[i], to.emplace_back(), Rules{}, Path{&at, {}, i}, faults);
        return good;
    }
    static void write(JsonWriter& out, const std::vector<T>& items) {
        out.begin_array();
        for (const auto& item : items) Type<T>::write(out, item);
        out.end_array();
    }
    static void describe(JsonWriter& out, const Rules& rules, Components& all) {
        out.begin_object();
        out.key("type");
        out.string("array");
        out.key("items");
        Type<T>::describe(out, Rules{}, all);
        if (rules.min) out.key("minItems"), out.integer(*rules.min);
        out.key("maxItems"), out.integer(rules.max.value_or(kMaxItems));
        describe_about(out, rules);
        out.end_object();
    }
};

// A map with arbitrary keys, in the order of the keys.
template <class T>
struct Type<std::map<std::string, T>> {
    static void write(JsonWriter& out, const std::map<std::string, T>& members) {
        out.begin_object();
        for (const auto& [name, value] : members) {
            out.key(name);
            Type<T>::write(out, value);
        }
        out.end_object();
    }
    static void describe(JsonWriter& out, const Rules& rules, Components& all) {
        out.begin_object();
        out.key("type");
        out.string("object");
        out.key("additionalProperties");
        Type<T>::describe(out, Rules{}, all);
        describe_about(out, rules);
        out.end_object();
    }
};

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsOptional<Patch<T>> = true;

template <class T>
inline constexpr bool kIsPatch = false;
template <class T>
inline constexpr bool kIsPatch<Patch<T>> = true;

template <class M>
constexpr bool may_be_absent(const Rules& rules) {
    return kIsOptional<M> || rules.optional;
}

template <Object T>
struct Type<T> {
    static constexpr auto kFields = T::fields();

    static bool read(const json::value& in, T& to, const Rules&, const Path& at, Faults& faults) {
        if (!faults.check_type(in.is_object(), at, "an object")) return false;
        const auto& members = in.get_object();
        bool good = true;
        std::size_t known = 0;
        auto read_field = [&]<class M>(const Field<T, M>& f) {
            Path here{&at, f.name};
            if (const auto* value = members.if_contains(json::string_view(f.name.data(), f.name.size()))) {
                ++known;
                // Null means the same as absent, except in a merge patch, where it removes the value.
                if (value->is_null() && may_be_absent<M>(f.rules) && !kIsPatch<M>) return;
                good &= Type<M>::read(*value, to.*f.member, f.rules, here, faults);
            } else if (!may_be_absent<M>(f.rules)) {
                faults.add(here, "required", "is required");
                good = false;
            }
        };
        std::apply([&](const auto&... f) { (read_field(f), ...); }, kFields);
        if (known != members.size()) good &= refuse_unknown(members, at, faults);
        return good;
    }
    static void write(JsonWriter& out, const T& value) {
        out.begin_object();
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (write_field<I>(out, value), ...);
        }(std::make_index_sequence<std::tuple_size_v<decltype(kFields)>>());
        out.end_object();
    }
    static void describe(JsonWriter& out, const Rules&, Components& all) { all.reference<T>(out); }

private:
    template <std::size_t I>
    static void write_field(JsonWriter& out, const T& value) {
        static constexpr const auto& kField = std::get<I>(kFields);
        static constexpr JsonWriter::Key<kField.name.size()> kKey(kField.name);
        const auto& member = value.*kField.member;
        if constexpr (kIsOptional<std::remove_cvref_t<decltype(member)>>)
            if (kField.rules.omit_absent && !member) return;
        out.key(kKey);
        Type<std::remove_cvref_t<decltype(member)>>::write(out, member);
    }
    static bool refuse_unknown(const json::object& members, const Path& at, Faults& faults) {
        for (const auto& member : members) {
            std::string_view name(member.key().data(), member.key().size());
            bool known = std::apply([&](const auto&... f) { return ((f.name == name) || ...); }, kFields);
            if (!known) faults.add(Path{&at, name}, "unknown_field", "is not a field of " + std::string(T::kName));
        }
        return false;
    }
};

// Whether a document may be omitted completely, because each of its fields may.
template <Object T>
constexpr bool may_be_empty() {
    auto may = []<class M>(const Field<T, M>& f) { return may_be_absent<M>(f.rules); };
    return std::apply([&](const auto&... f) { return (may(f) && ...); }, Type<T>::kFields);
}

// Whether each string in a document from a client declares its purpose; endpoint() requires it.
template <class M>
constexpr bool declares_texts(const Rules& rules = {});

template <class M>
struct ItemOf {};  // the type that is read for M
template <class T>
struct ItemOf<std::optional<T>> {
    using Type = T;
};
template <class T>
struct ItemOf<Patch<T>> {
    using Type = T;
};
template <class T>
struct ItemOf<Checked<T>> {
    using Type = T;
};
template <class T>
struct ItemOf<std::vector<T>> {
    using Type = T;
};

template <class M>
constexpr bool declares_texts(const Rules& rules) {
    if constexpr (std::is_same_v<M, std::string>) {
        return rules.format != nullptr || rules.text != Text::undeclared;
    } else if constexpr (requires { typename ItemOf<M>::Type; }) {
        return declares_texts<typename ItemOf<M>::Type>(rules);
    } else if constexpr (Object<M>) {
        return std::apply([]<class... F>(const Field<M, F>&... f) { return (declares_texts<F>(f.rules) && ...); },
                          M::fields());
    } else {
        return true;
    }
}

template <Object T>
void Components::reference(JsonWriter& out) {
    std::string name(T::kName);
    if (!schemas_.contains(name)) {
        schemas_[name];  // reserves the entry, so that a recursive type terminates
        std::string text;
        JsonWriter body(text);
        body.begin_object();
        body.key("type");
        body.string("object");
        body.key("additionalProperties");
        body.boolean(false);
        body.key("properties");
        body.begin_object();
        std::vector<std::string_view> required;
        auto describe_field = [&]<class M>(const Field<T, M>& f) {
            body.key(f.name);
            if constexpr (kIsOptional<M>)
                Type<M>::describe(body, f.rules, *this);
            else if (f.rules.optional)
                Type<std::optional<M>>::describe(body, f.rules, *this);
            else
                Type<M>::describe(body, f.rules, *this);
            if (!may_be_absent<M>(f.rules)) required.push_back(f.name);
        };
        std::apply([&](const auto&... f) { (describe_field(f), ...); }, T::fields());
        body.end_object();
        if (!required.empty()) {
            body.key("required");
            body.begin_array();
            for (auto field_name : required) body.string(field_name);
            body.end_array();
        }
        body.end_object();
        schemas_[name] = std::move(text);
    }
    out.begin_object();
    out.key("$ref");
    out.string("#/components/schemas/" + name);
    out.end_object();
}

// ---- complete documents

template <class T>
std::string to_json(const T& value) {
    std::string text;
    JsonWriter out(text);
    Type<T>::write(out, value);
    return text;
}

// Error: `malformed_json`, also for duplicate member names in an object (RFC 8259 section 4).
Result<json::value> parse_json(std::string_view text);
Error validation_failed(Faults faults);

// Error: as parse_json(); `validation_failed` with the faults.
template <Object T>
Result<T> from_json(std::string_view text) {
    auto document = parse_json(text);
    if (!document) return document.error();
    T value{};
    Faults faults;
    if (!Type<T>::read(*document, value, Rules{}, Path{}, faults)) return validation_failed(std::move(faults));
    return value;
}

// ---- query parameters: the same structs, from text

// Scalars convert the text to their JSON form; booleans and numbers as written, everything else as a string.
template <class M>
bool read_text(std::string_view text, M& to, const Rules& rules, const Path& at, Faults& faults) {
    if constexpr (kIsOptional<M>) {
        return read_text(text, to.emplace(), rules, at, faults);
    } else if constexpr (std::is_same_v<M, std::int32_t> || std::is_same_v<M, std::int64_t>) {
        auto number = parse_json(text);
        return Type<M>::read(number ? *number : json::value("not a number"), to, rules, at, faults);
    } else {
        return Type<M>::read(json::value(json::string_view(text.data(), text.size())), to, rules, at, faults);
    }
}

using QueryPairs = std::vector<std::pair<std::string, std::string>>;

template <Object T>
Result<T> from_query(const QueryPairs& pairs) {
    T value{};
    Faults faults;
    std::vector<bool> seen(std::tuple_size_v<decltype(T::fields())>);
    for (const auto& [name, text] : pairs) {
        bool known = false;
        std::size_t index = 0;
        auto read_field = [&]<class M>(const Field<T, M>& f) {
            std::size_t own_index = index++;
            if (f.name != name) return;
            known = true;
            Faults here;
            if (seen[own_index])
                here.add(Path{}, "repeated", "is given more than once");
            else
                read_text(text, value.*f.member, f.rules, Path{}, here);
            seen[own_index] = true;
            for (auto& fault : here.take())
                faults.add_parameter(f.name, std::move(fault.code), std::move(fault.message));
        };
        std::apply([&](const auto&... f) { (read_field(f), ...); }, T::fields());
        if (!known) faults.add_parameter(name, "unknown_parameter", "is not a parameter of this endpoint");
    }
    std::size_t index = 0;
    auto check_required = [&]<class M>(const Field<T, M>& f) {
        if (!seen[index++] && !may_be_absent<M>(f.rules)) faults.add_parameter(f.name, "required", "is required");
    };
    std::apply([&](const auto&... f) { (check_required(f), ...); }, T::fields());
    if (!faults.empty()) return validation_failed(std::move(faults));
    return value;
}

}  // namespace mindspace::schema
