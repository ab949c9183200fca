#include "app/backup/repository/backup_list.h"

#include "app/backup/repository/error_text.h"
#include "app/process/startup_error.h"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstdint>

namespace mindspace::app::backup {

namespace json = boost::json;

namespace {

// Of pgBackRest's info, for a database.
constexpr std::int64_t kMissingPath = 1;
constexpr std::int64_t kMissingData = 3;
constexpr std::int64_t kOther = 99;

std::int64_t code_of(const json::value& value) {
    return value.at("status").at("code").to_number<std::int64_t>();
}

Timestamp time_at(const json::value& seconds) {
    return Timestamp(Seconds(seconds.to_number<std::int64_t>()));
}

Backup read_backup(const json::value& value) {
    const auto& at = value.at("timestamp");
    return {.label = std::string(value.at("label").as_string()),
            .kind = value.at("type").as_string() == "full" ? Kind::full : Kind::incremental,
            .ended_at = time_at(at.at("stop")),
            .database_bytes = value.at("info").at("size").to_number<std::int64_t>(),
            .stored_bytes = value.at("info").at("repository").at("delta").to_number<std::int64_t>(),
            .first_segment = std::string(value.at("archive").at("start").as_string()),
            .has_errors = value.at("error").is_bool() && value.at("error").as_bool()};
}

[[noreturn]] void throw_unavailable(const json::value& stanza) {
    const auto& repositories = stanza.at("repo").as_array();
    const auto fault = std::ranges::find(repositories, kOther, code_of);
    const auto& status = fault == repositories.end() ? stanza.at("status") : fault->at("status");
    throw StartupError(EX_UNAVAILABLE, "the repository is unavailable: " +
                                           error_text("ERROR: " + std::string(status.at("message").as_string())));
}

}  // namespace

Repository read_repository(const std::string& text) {
    Repository repository;
    const auto document = json::parse(text);
    for (const auto& stanza : document.as_array()) {
        const auto code = code_of(stanza);
        if (code == kOther) throw_unavailable(stanza);
        repository.has_stanza = code != kMissingPath && code != kMissingData;
        for (const auto& value : stanza.at("backup").as_array()) repository.backups.push_back(read_backup(value));
        for (const auto& archive : stanza.at("archive").as_array())
            repository.archive = std::string(archive.at("id").as_string());
    }
    return repository;
}

}  // namespace mindspace::app::backup
