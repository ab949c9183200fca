#include "app/commands/top/exposition.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

namespace mindspace::app::top {

namespace {

constexpr std::string_view kBlanks = " \t";

bool is_name(std::string_view text) {
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
    };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return !text.empty() && !is_digit(text.front()) &&
           std::ranges::all_of(text, [&](char c) { return is_letter(c) || is_digit(c); });
}

// One line from left to right.
class LineReader {
public:
    explicit LineReader(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool skip(char c) {
        skip_blanks();
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    // What precedes the first of `ends`, or all.
    std::string_view until(std::string_view ends) {
        skip_blanks();
        const auto text = rest_.substr(0, rest_.find_first_of(ends));
        rest_.remove_prefix(text.size());
        return text;
    }
    // A value in quotation marks, with escapes.
    std::optional<std::string> quoted() {
        if (!skip('"')) return std::nullopt;
        std::string text;
        while (!rest_.empty()) {
            char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '"') return text;
            if (c == '\\' && !rest_.empty()) {
                c = rest_.front() == 'n' ? '\n' : rest_.front();
                rest_.remove_prefix(1);
            }
            text += c;
        }
        return std::nullopt;
    }

private:
    void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size())); }

    std::string_view rest_;
};

bool read_labels(LineReader& line, Sample& sample) {
    while (!line.skip('}')) {
        const auto name = line.until(" \t=");
        if (!is_name(name) || !line.skip('=')) return false;
        auto value = line.quoted();
        if (!value) return false;
        sample.labels.emplace_back(name, std::move(*value));
        if (!line.skip(',')) return line.skip('}');
    }
    return true;
}

std::optional<Sample> read_sample(std::string_view text) {
    LineReader line(text);
    Sample sample{.name = std::string(line.until(" \t{"))};
    if (!is_name(sample.name)) return std::nullopt;  // a comment, too
    if (line.skip('{') && !read_labels(line, sample)) return std::nullopt;
    if (!parse_number(line.until(" \t\r"), sample.value)) return std::nullopt;
    return sample;
}

}  // namespace

std::string_view Sample::label(std::string_view label_name) const {
    const auto found = std::ranges::find(labels, label_name, &std::pair<std::string, std::string>::first);
    return found == labels.end() ? std::string_view() : found->second;
}

std::vector<Sample> parse_exposition(std::string_view page) {
    std::vector<Sample> samples;
    while (!page.empty()) {
        const auto line = page.substr(0, page.find('\n'));
        if (auto sample = read_sample(line)) samples.push_back(std::move(*sample));
        page.remove_prefix(std::min(line.size() + 1, page.size()));
    }
    return samples;
}

bool parse_number(std::string_view text, double& number) {
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace mindspace::app::top
