#pragma once
// A secret that is kept in a file, outside the database: keyed hashes that are made with it tell nothing to a reader of
// the database alone. Immutable, so every core may use one.

#include "platform/base/bytes.h"

#include <filesystem>
#include <string_view>

namespace mindspace {

class Secret {
public:
    // What the file holds; a new one is made when there is no file, readable by its owner alone. Processes that start
    // at once end with the same. Blocking. Throws std::runtime_error when the file cannot be read or written, or holds
    // less than 32 bytes.
    static Secret load_or_create(const std::filesystem::path& file);

    // HMAC-SHA-256 of the text under a key of its own for each purpose, so that the hashes of one table tell nothing of
    // another's.
    [[nodiscard]] Digest keyed_hash(std::string_view purpose, std::string_view text) const;

private:
    explicit Secret(Bytes bytes) : bytes_(std::move(bytes)) {}

    Bytes bytes_;
};

}  // namespace mindspace
