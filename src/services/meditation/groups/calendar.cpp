#include "services/meditation/groups/calendar.h"

#include <fmt/format.h>

#include <algorithm>

namespace mindspace::meditation {

namespace {

constexpr std::size_t kMaxLineLength = 75;  // bytes, without the line end (section 3.1)

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// One content line, folded between characters.
void append_line(std::string& out, std::string_view line) {
    std::size_t space = kMaxLineLength;
    while (line.size() > space) {
        auto end = space;
        while (end > 0 && continues_character(line[end])) --end;
        if (end == 0) end = space;  // not UTF-8
        out += line.substr(0, end);
        out += "\r\n ";
        line.remove_prefix(end);
        space = kMaxLineLength - 1;  // the leading space counts
    }
    out += line;
    out += "\r\n";
}

// Section 3.3.11. Control characters are not allowed in text.
std::string text_value(std::string_view text) {
    std::string value;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool starts_crlf = c == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
        if (starts_crlf) continue;
        if (c == '\n' || c == '\r')
            value += "\\n";
        else if (c == '\\' || c == ';' || c == ',')
            value.append(1, '\\').append(1, c);
        else if (c == '\t' || !is_control(c))
            value += c;
    }
    return value;
}

// A quoted parameter's value: RFC 6868.
std::string parameter_value(std::string_view text) {
    std::string value = "\"";
    for (const char c : text) {
        if (c == '"')
            value += "^'";
        else if (c == '^')
            value += "^^";
        else if (c == '\n')
            value += "^n";
        else if (!is_control(c))
            value += c;
    }
    return value + '"';
}

// "20261123T060000Z": UTC, so that no time zone has to be described.
std::string time_value(Timestamp at) {
    const auto text = timestamp_text(at);
    std::string value(text.data(), std::string_view("2026-11-23T06:00:00").size());
    std::erase_if(value, [](char c) { return c == '-' || c == ':'; });
    return value + 'Z';
}

}  // namespace

std::optional<std::string> calendar_of(const Group& group) {
    const auto start = group.started_at ? group.started_at : group.scheduled_for;
    if (!start) return std::nullopt;
    auto end = *start + Seconds(group.planned_seconds);
    if (group.state == GroupState::ended && group.ended_at) end = std::max(*group.ended_at, *start);
    std::string calendar;
    auto add = [&calendar](std::string_view name, std::string_view value) {
        append_line(calendar, fmt::format("{}:{}", name, value));
    };
    add("BEGIN", "VCALENDAR");
    add("VERSION", "2.0");
    add("PRODID", "-//Mind Space//Groups//EN");
    add("METHOD", "PUBLISH");
    add("BEGIN", "VEVENT");
    add("UID", group.id.to_string());
    add("DTSTAMP", time_value(group.updated_at));
    add("LAST-MODIFIED", time_value(group.updated_at));
    add("CREATED", time_value(group.created_at));
    add("SEQUENCE", std::to_string(group.version - 1));
    add("DTSTART", time_value(*start));
    add("DTEND", time_value(end));
    add("SUMMARY", text_value(group.title));
    if (group.description) add("DESCRIPTION", text_value(*group.description));
    add("ORGANIZER;CN=" + parameter_value(group.host.display_name), "urn:uuid:" + group.host.id.to_string());
    add("STATUS", group.state == GroupState::cancelled ? "CANCELLED" : "CONFIRMED");
    add("END", "VEVENT");
    add("END", "VCALENDAR");
    return calendar;
}

}  // namespace mindspace::meditation
