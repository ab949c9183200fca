#include "app/commands/http_probe.h"

#include "app/process/startup_error.h"

#include <fmt/format.h>

namespace mindspace::app {

namespace {

constexpr long kTimeoutSeconds = 5;
constexpr std::size_t kMaxBody = 8 * 1024 * 1024;  // metrics are the largest page

std::size_t take(char* bytes, std::size_t size, std::size_t count, void* to) {
    auto& body = *static_cast<std::string*>(to);
    if (body.size() + size * count > kMaxBody) return 0;
    body.append(bytes, size * count);
    return size * count;
}

// The address at which a listener is reachable from this machine.
std::string reachable(const std::string& address) {
    if (address == "0.0.0.0") return "127.0.0.1";
    if (address == "::") return "[::1]";
    return address.contains(':') ? "[" + address + "]" : address;
}

}  // namespace

CurlHandle prepare_get(const std::string& url, std::string& body) {
    auto handle = make_curl_handle();
    curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle.get(), CURLOPT_PROXY, "");
    curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT, kTimeoutSeconds);
    curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &take);
    curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &body);
    return handle;
}

ProbeResponse http_get(const std::string& url, const std::vector<std::string>& fields) {
    ProbeResponse response;
    const auto handle = prepare_get(url, response.body);
    CurlList head;
    for (const auto& field : fields) append(head, field);
    curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, head.get());
    if (auto code = curl_easy_perform(handle.get()); code != CURLE_OK)
        response.failure = curl_easy_strerror(code);
    else
        curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &response.status);
    return response;
}

std::string served_certificate(const std::string& url) {
    std::string body;
    const auto handle = prepare_get(url, body);
    curl_easy_setopt(handle.get(), CURLOPT_NOBODY, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_CERTINFO, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_SSL_VERIFYPEER, 0L);  // it is examined, not trusted
    curl_easy_setopt(handle.get(), CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_perform(handle.get());
    curl_certinfo* chain = nullptr;
    curl_easy_getinfo(handle.get(), CURLINFO_CERTINFO, &chain);
    constexpr std::string_view kPem = "Cert:";
    if (chain == nullptr || chain->num_of_certs == 0) return {};
    for (const auto* line = chain->certinfo[0]; line != nullptr; line = line->next)
        if (std::string_view(line->data).starts_with(kPem)) return line->data + kPem.size();
    return {};
}

std::string management_url(const ManagementSettings& management) {
    if (management.port == 0) throw StartupError(EX_CONFIG, "set management.port: 0 chooses a random port");
    return fmt::format("http://{}:{}", reachable(management.address), management.port);
}

}  // namespace mindspace::app
