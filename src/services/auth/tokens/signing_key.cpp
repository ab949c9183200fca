#include "services/auth/tokens/signing_key.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

namespace mindspace::auth {

namespace {

using File = std::unique_ptr<std::FILE, decltype([](std::FILE* file) { std::fclose(file); })>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype([](EVP_MD_CTX* context) { EVP_MD_CTX_free(context); })>;

std::runtime_error fault(const std::string& what, const std::filesystem::path& file) {
    return std::runtime_error("signing key " + file.string() + ": " + what);
}

void write_new_key(const std::filesystem::path& file) {
    std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* key) { EVP_PKEY_free(key); })> key(
        EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    int fd = ::open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    File out(fd >= 0 ? ::fdopen(fd, "w") : nullptr);
    if (!out) throw fault("cannot be written", file);
    if (!key || PEM_write_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
        std::fflush(out.get()) != 0 || ::fsync(fd) != 0)
        throw fault("cannot be written", file);
}

// A file name in the same directory that no other process uses.
std::filesystem::path draft_of(const std::filesystem::path& file) {
    auto draft = file;
    draft += "." + std::to_string(getpid());
    return draft;
}

}  // namespace

SigningKey::SigningKey(Handle handle) : handle_(std::move(handle)), public_key_(32) {
    std::size_t size = public_key_.size();
    if (EVP_PKEY_get_raw_public_key(handle_.get(), public_key_.data(), &size) != 1 || size != 32)
        throw std::runtime_error("not an Ed25519 key");
    kid_ = base64url_encode(
        sha256(as_bytes(R"({"crv":"Ed25519","kty":"OKP","x":")" + base64url_encode(public_key_) + "\"}")));
}

SigningKey SigningKey::load_or_create(const std::filesystem::path& file) {
    if (!std::filesystem::exists(file)) {
        // Written to a draft and linked into place: two processes that start simultaneously end up with the same key,
        // and never with half of one.
        auto draft = draft_of(file);
        write_new_key(draft);
        std::error_code exists;
        std::filesystem::create_hard_link(draft, file, exists);
        std::filesystem::remove(draft);
    }
    return load(file);
}

SigningKey SigningKey::create(const std::filesystem::path& file) {
    auto draft = draft_of(file);
    write_new_key(draft);
    std::filesystem::rename(draft, file);
    return load(file);
}

SigningKey SigningKey::load(const std::filesystem::path& file) {
    File in(std::fopen(file.c_str(), "re"));
    if (!in) throw fault("cannot be read", file);
    Handle handle(PEM_read_PrivateKey(in.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
    if (!handle) throw fault("is not a PKCS#8 PEM private key", file);
    return SigningKey(std::move(handle));
}

SigningKey SigningKey::from_public(ByteView public_key) {
    Handle handle(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size()),
                  &EVP_PKEY_free);
    if (!handle) throw std::runtime_error("not an Ed25519 public key");
    return SigningKey(std::move(handle));
}

Bytes SigningKey::sign(std::string_view message) const {
    DigestContext context(EVP_MD_CTX_new());
    Bytes signature(kSignatureSize);
    std::size_t size = signature.size();
    auto text = as_bytes(message);
    if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, handle_.get()) != 1 ||
        EVP_DigestSign(context.get(), signature.data(), &size, text.data(), text.size()) != 1)
        throw std::runtime_error("signing failed");
    return signature;
}

bool SigningKey::verify(std::string_view message, ByteView signature) const {
    if (signature.size() != kSignatureSize) return false;
    DigestContext context(EVP_MD_CTX_new());
    auto text = as_bytes(message);
    return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle_.get()) == 1 &&
           EVP_DigestVerify(context.get(), signature.data(), signature.size(), text.data(), text.size()) == 1;
}

}  // namespace mindspace::auth
