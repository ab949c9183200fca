#pragma once
// Ed25519 keys (RFC 8032) through OpenSSL. Only the auth role has the private half; the public halves are in the
// database, where every role finds them.

#include "platform/base/bytes.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace mindspace::auth {

// One half or both of a key pair. Immutable; may be used by several threads simultaneously.
class SigningKey {
public:
    static constexpr std::size_t kSignatureSize = 64;

    // Reads a PKCS#8 PEM file, or creates it (mode 0600) with a new key if it does not exist. Fault:
    // std::runtime_error.
    static SigningKey load_or_create(const std::filesystem::path& file);
    static SigningKey load(const std::filesystem::path& file);
    // Creates a new key in a file (mode 0600), which replaces an existing file.
    static SigningKey create(const std::filesystem::path& file);
    static SigningKey from_public(ByteView public_key);

    // RFC 7638 thumbprint: the key id.
    [[nodiscard]] const std::string& kid() const { return kid_; }
    [[nodiscard]] const Bytes& public_key() const { return public_key_; }

    [[nodiscard]] Bytes sign(std::string_view message) const;
    [[nodiscard]] bool verify(std::string_view message, ByteView signature) const;

private:
    using Handle = std::shared_ptr<evp_pkey_st>;
    explicit SigningKey(Handle handle);

    Handle handle_;
    Bytes public_key_;
    std::string kid_;
};

}  // namespace mindspace::auth
