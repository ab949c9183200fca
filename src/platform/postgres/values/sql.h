#pragma once
// SQL composed at compile time: text that several statements share is written once, as a constant or as a consteval
// function, and nothing is composed at run time.
//     constexpr char kColumns[] = "session_id, status";
//     constexpr ComposedStatement kFind{"session_find", "SELECT {} FROM sessions WHERE user_id = $1", kColumns};

#include "platform/postgres/values/statement.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string_view>

namespace mindspace::postgres {

// The result of sql(): at most N characters.
template <std::size_t N>
struct Sql {
    char text[N + 1]{};
    std::size_t size = 0;

    constexpr operator std::string_view() const { return {text, size}; }  // NOLINT(google-explicit-constructor)
};

namespace detail {

template <std::size_t N>
constexpr std::string_view view_of(const char (&literal)[N]) {
    return {literal, N - 1};
}
template <std::size_t N>
constexpr std::string_view view_of(const Sql<N>& piece) {
    return piece;
}

// The maximum size of a piece.
template <class Piece>
inline constexpr std::size_t kMaxSize = 0;
template <std::size_t N>
inline constexpr std::size_t kMaxSize<char[N]> = N - 1;
template <std::size_t N>
inline constexpr std::size_t kMaxSize<Sql<N>> = N;

}  // namespace detail

// `format` with each {} replaced by a piece, which is a literal or Sql; {{ and }} produce braces, as in fmt. Does not
// compile if the numbers of pieces and placeholders differ.
template <class Format, class... Pieces>
consteval auto sql(const Format& format, const Pieces&... pieces) {
    const std::string_view from = detail::view_of(format);
    const std::array<std::string_view, sizeof...(Pieces)> inserts{detail::view_of(pieces)...};
    Sql<detail::kMaxSize<Format> + (detail::kMaxSize<Pieces> + ... + 0)> result;
    std::size_t used = 0;
    for (std::size_t at = 0; at < from.size(); ++at) {
        if (from[at] != '{' && from[at] != '}') {
            result.text[result.size++] = from[at];
            continue;
        }
        const auto pair = from.substr(at++, 2);
        if (pair == "{{" || pair == "}}")
            result.text[result.size++] = pair[0];
        else if (pair == "{}" && used < inserts.size())
            result.size = static_cast<std::size_t>(std::ranges::copy(inserts[used++], result.text + result.size).out -
                                                   result.text);
        else
            throw std::invalid_argument("a brace alone, or a place without a piece");
    }
    if (used != inserts.size()) throw std::invalid_argument("a piece without a place");
    return result;
}

// A Statement that holds its own text; static like every Statement, and never copied.
template <std::size_t N>
struct ComposedStatement : Statement {
    template <class Format, class... Pieces>
    consteval explicit ComposedStatement(const char* name_of_statement, const Format& format, const Pieces&... pieces)
        : Statement{.name = name_of_statement, .sql = composed.text}, composed(postgres::sql(format, pieces...)) {}
    ComposedStatement(const ComposedStatement&) = delete;
    ComposedStatement& operator=(const ComposedStatement&) = delete;

    Sql<N> composed;
};
template <class Format, class... Pieces>
ComposedStatement(const char*, const Format&, const Pieces&...)
    -> ComposedStatement<detail::kMaxSize<Format> + (detail::kMaxSize<Pieces> + ... + 0)>;

}  // namespace mindspace::postgres
