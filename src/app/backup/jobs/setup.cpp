#include "app/backup/jobs/setup.h"

#include "app/backup/repository/pgbackrest.h"
#include "app/embedded/find_program.h"
#include "platform/telemetry/log/log.h"

namespace mindspace::app::backup {

std::optional<Setup> set_up(const Config& config) {
    if (!config.database.url.empty() || !config.backup.enabled || !config.backup.config_file.empty())
        return std::nullopt;
    if (!find_program("pgbackrest")) {
        log::warn("the database is not backed up: install pgBackRest (on Debian: apt install pgbackrest)");
        return std::nullopt;
    }
    const Layout layout(config);
    const PgBackRest pgbackrest(config, layout);
    pgbackrest.write_configuration(config);
    return Setup{.layout = layout, .archive_command = pgbackrest.archive_command()};
}

}  // namespace mindspace::app::backup
