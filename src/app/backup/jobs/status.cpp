#include "app/backup/jobs/status.h"

#include "app/backup/repository/private_file.h"

#include <fstream>
#include <iterator>

namespace mindspace::app::backup {

Status read_status(const std::filesystem::path& file) {
    std::ifstream in(file);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    auto status = schema::from_json<Status>(text);
    return status ? std::move(*status) : Status{};
}

void write_status(const std::filesystem::path& file, const Status& status) {
    write_private_file(file, schema::to_json(status));
}

}  // namespace mindspace::app::backup
