#pragma once
// A secret that is stored in a file, outside the database: keyed hashes made with it reveal nothing to a reader of the
// database alone. Immutable, so every core may use one.

#include "platform/base/bytes.h"

#include <filesystem>
#include <string_view>

namespace mindspace {

class Secret {
public:
    // Reads the secret from the file; if there is no file, creates one with a new secret, readable by its owner only.
    // Processes that start at the same time all get the same secret. Blocking. Throws std::runtime_error if the file
    // cannot be read or written, or has less than 32 bytes.
    static Secret load_or_create(const std::filesystem::path& file);

    // HMAC-SHA-256 of the text with a separate key for each purpose, so that the hashes in one table reveal nothing
    // about those in another.
    [[nodiscard]] Digest keyed_hash(std::string_view purpose, std::string_view text) const;

private:
    explicit Secret(Bytes bytes) : bytes_(std::move(bytes)) {}

    Bytes bytes_;
};

}  // namespace mindspace
