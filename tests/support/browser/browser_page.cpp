#include "support/browser/browser_page.h"

#include "support/program/secrets.h"

namespace mindspace::integration {

BrowserPage BrowserPage::of(const Program& program) {
    const auto* scheme = program.certificate().empty() ? "http" : "https";
    return {program, std::string(scheme) + "://127.0.0.1:" + std::to_string(program.port()), {}};
}

Response BrowserPage::send(const std::string& method, const std::string& path, const std::optional<json::object>& body,
                           const std::string& access_token, Headers headers) {
    std::string cookies;
    for (const auto& [name, value] : cookies_) cookies += (cookies.empty() ? "" : "; ") + name + "=" + value;
    headers.emplace_back("Origin", origin_);
    headers.emplace_back("Cookie", cookies);
    if (!host_.empty()) headers.emplace_back("Host", host_);
    client_.set_access_token(access_token);
    Request request{.method = method, .path = path, .headers = std::move(headers)};
    if (body) request.body = json::serialize(*body);
    auto response = client_.send(request);
    keep_cookies(response);
    return response;
}

Response BrowserPage::register_person(const json::object& details) {
    email_ = new_email();
    json::object request{{"email", email_}, {"password", kPassword}, {"displayName", "Ada"}, {"cookie", true}};
    for (const auto& [name, value] : details) request[name] = value;
    return send("POST", kRegisterPath, request);
}

Response BrowserPage::log_in(const std::string& email) {
    return send("POST", kLogin, json::object{{"email", email}, {"password", kPassword}, {"cookie", true}});
}

std::string BrowserPage::cookie(const std::string& name) const {
    const auto found = cookies_.find(name);
    return found == cookies_.end() ? "" : found->second;
}

void BrowserPage::keep_cookies(const Response& response) {
    for (const auto& [field, value] : response.headers) {
        if (field != "set-cookie") continue;
        const auto equals = value.find('=');
        const auto name = value.substr(0, equals);
        const auto token = value.substr(equals + 1, value.find(';') - equals - 1);
        remember_secret(token);
        if (value.contains("; Max-Age=0;"))
            cookies_.erase(name);
        else
            cookies_[name] = token;
    }
}

}  // namespace mindspace::integration
