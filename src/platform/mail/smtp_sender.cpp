#include "platform/mail/smtp_sender.h"

#include "platform/base/curl.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace mindspace::mail {

namespace {

std::size_t give(char* to, std::size_t size, std::size_t count, void* rest) {
    auto& bytes = *static_cast<std::string_view*>(rest);
    auto part = bytes.substr(0, size * count);
    std::memcpy(to, part.data(), part.size());
    bytes.remove_prefix(part.size());
    return part.size();
}

// Called about once a second, regardless of the server; a result other than 0 ends the transfer.
int must_stop(void* stopping, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const std::atomic<bool>*>(stopping)->load() ? 1 : 0;
}

std::string bracketed(std::string_view address) {
    return fmt::format("<{}>", address);
}

}  // namespace

SmtpSender::SmtpSender(SmtpOptions options) : options_(std::move(options)) {
    initialise_curl();  // before other threads exist
}

void SmtpSender::send(const Message& message) {
    if (!is_address(message.to)) throw SendError("the recipient's address is not one");
    const auto handle = make_curl_handle();
    CurlList recipients;
    append(recipients, bracketed(message.to));
    const auto bytes = serialize(message);
    std::string_view rest = bytes;
    std::array<char, CURL_ERROR_SIZE> last_error{};

    auto set = [&](CURLoption option, auto value) { curl_easy_setopt(handle.get(), option, value); };
    set(CURLOPT_URL, options_.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_ERRORBUFFER, last_error.data());
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(options_.total_timeout.count()));
    set(CURLOPT_USE_SSL, static_cast<long>(options_.starttls == StartTls::required ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!options_.ca_file.empty()) set(CURLOPT_CAINFO, options_.ca_file.c_str());
    if (!options_.username.empty()) {
        set(CURLOPT_USERNAME, options_.username.c_str());
        set(CURLOPT_PASSWORD, options_.password.c_str());
    }
    set(CURLOPT_MAIL_FROM, bracketed(message.from.address).c_str());
    set(CURLOPT_MAIL_RCPT, recipients.get());
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_READFUNCTION, &give);
    set(CURLOPT_READDATA, static_cast<void*>(&rest));
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &must_stop);
    set(CURLOPT_XFERINFODATA, static_cast<void*>(&stopping_));

    const auto code = curl_easy_perform(handle.get());
    if (code == CURLE_OK) return;
    long reply = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &reply);
    throw SendError(fmt::format("{} (last reply of the server: {})",
                                last_error[0] != '\0' ? last_error.data() : curl_easy_strerror(code), reply));
}

}  // namespace mindspace::mail
