#pragma once
// What a web page sends, as far as the server sees it: its origin, and cookies kept as a browser keeps them. Unlike
// one, it lets tests set cookies and lie about the origin.

#include "support/program/person.h"

#include <map>

namespace mindspace::integration {

inline constexpr const char* kHostCookie = "__Host-mindspace_refresh";
inline constexpr const char* kPlainCookie = "mindspace_refresh";
inline constexpr const char* kRefreshPath = "/api/v1/auth/refresh";
inline constexpr const char* kRegisterPath = "/api/v1/auth/register";

class BrowserPage {
public:
    // Without an origin it sends none; `host` is in the address bar, if it is not that of the program.
    BrowserPage(const Program& program, std::string origin, std::string host)
        : client_(program), origin_(std::move(origin)), host_(std::move(host)) {}
    // A page of the program.
    static BrowserPage of(const Program& program);

    Response send(const std::string& method, const std::string& path, const std::optional<json::object>& body = {},
                  const std::string& access_token = {}, Headers headers = {});
    // With a cookie, unless `details`, which override members of the request, say otherwise.
    Response register_person(const json::object& details = {});
    Response log_in(const std::string& email);
    Response refresh() { return send("POST", kRefreshPath); }

    // The address that register_person() has used.
    [[nodiscard]] const std::string& email() const { return email_; }
    // "" if there is none.
    [[nodiscard]] std::string cookie(const std::string& name) const;
    void set_cookie(const std::string& name, std::string value) { cookies_[name] = std::move(value); }

private:
    void keep_cookies(const Response& response);

    Client client_;
    std::string origin_;
    std::string host_;
    std::string email_;
    std::map<std::string, std::string> cookies_;
};

}  // namespace mindspace::integration
