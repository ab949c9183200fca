#include "app/commands/doctor/subjects.h"
#include "app/commands/http_probe.h"
#include "services/gateway/pages.h"

#include <fmt/format.h>

namespace mindspace::app::doctor {

namespace {

void check_caller(const std::string& url, Checks& checks) {
    auto seen = http_get(url + "/whoami");
    auto caller = schema::from_json<gateway::ObservedCaller>(seen.body);
    if (seen.status != 200 || !caller)
        return checks.fault("program.caller", url + "/whoami does not return the caller: is it another program?",
                            "name the URL of a gateway of Mind Space with --url");
    checks.ok("program.caller",
              fmt::format("{} sees this machine as {}; behind proxies that must be its own address, not a proxy's "
                          "(http.trusted_proxies)",
                          url, caller->address));
    check_clock(url, caller->time - SystemClock{}.now(), checks);
}

// The program may have been started with another http.public_url than the settings have now. No page shows it, but
// rooms refuse sockets that a browser opens on pages of any other site: so try to open one as on a page of the
// configured URL. The Host is that of no site, since a socket from a page of the same Host is always accepted.
void check_public_url(const std::string& url, const std::string& public_url, Checks& checks) {
    const auto origin = public_url.substr(0, public_url.find('/', public_url.find("://") + 3));
    auto refused = http_get(url + "/api/v1/groups/00000000-0000-7000-8000-000000000000/live",
                            {"Origin: " + origin, "Host: doctor.invalid", "Connection: Upgrade", "Upgrade: websocket",
                             "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="});
    if (refused.body.find("\"origin_not_allowed\"") != std::string::npos)
        checks.fault("program.public_url",
                     fmt::format("{} was started with another http.public_url than {}", url, public_url),
                     "restart it (systemctl restart mindspace), or correct the setting");
}

}  // namespace

void check_program(const Config& config, const std::string& url, Checks& checks) {
    auto ready = http_get(url + "/readyz");
    if (ready.status == 0) {
        checks.fault("program.ready", fmt::format("{} does not respond: {}", url, ready.failure),
                     "start the program, or name its URL with --url; behind a proxy, check the proxy");
    } else if (ready.status != 200) {
        checks.fault("program.ready", fmt::format("{} is not ready: {}", url, ready.body),
                     "see what the failed checks say, and the program's log (journalctl --unit mindspace)");
    } else {
        checks.ok("program.ready", url + " is ready");
        check_caller(url, checks);
    }
    check_public_url(url, config.http.public_url, checks);
}

}  // namespace mindspace::app::doctor
