#pragma once
// What a command that examines a running program from outside gets from its listeners (libcurl). Blocks.

#include "app/settings/settings.h"
#include "platform/base/curl.h"

#include <string>
#include <vector>

namespace mindspace::app {

struct ProbeResponse {
    long status = 0;      // 0: no response
    std::string failure;  // why there is no response
    std::string body;
};

// One GET of one of our pages. Times out after five seconds; certificates are verified, redirects are not followed, and
// the proxy settings of the environment are not used. `fields` are further lines of the request's head, such as
// "Origin: https://mind.example".
ProbeResponse http_get(const std::string& url, const std::vector<std::string>& fields = {});

// The same for a caller that performs the request itself: the body is appended to `body`, which must outlive the
// handle.
CurlHandle prepare_get(const std::string& url, std::string& body);

// The certificate that an https URL serves, as PEM, whether or not it is valid; empty without one.
std::string served_certificate(const std::string& url);

// The URL of the management listener of the process with these settings, from this machine. Throws StartupError if its
// port is random.
std::string management_url(const ManagementSettings& management);

}  // namespace mindspace::app
