#pragma once
// Whose pages may make a call that uses a cookie. Browsers send the cookie with requests of other pages as well, those
// of the same site at least; but they name the page in Origin (https://fetch.spec.whatwg.org/#origin-header), and no
// page can forge that. Requests without Origin are none of a page.

#include <string>
#include <string_view>
#include <vector>

namespace mindspace::http {

class PageOrigins {
public:
    // `public_url` is this server's, "https://mind.example/app", and `allowed` are further origins. "*" among them
    // allows none: pages of any site could use the cookies of their visitors.
    PageOrigins(std::string_view public_url, std::vector<std::string> allowed);

    // `host` is the request's. A page of this server may have another host than the public URL, but not another scheme:
    // an attacker who can change unencrypted pages must not use the cookie of encrypted ones.
    [[nodiscard]] bool contains(std::string_view origin, std::string_view host) const;

private:
    std::string scheme_;  // "https://"
    std::string own_;     // the origin of the public URL, as browsers write it
    std::vector<std::string> allowed_;
};

// Whether browsers store and send encrypted-only cookies for the origin: https, and localhost
// (https://w3c.github.io/webappsec-secure-contexts/#potentially-trustworthy-origin).
[[nodiscard]] bool is_trustworthy_origin(std::string_view origin);

}  // namespace mindspace::http
