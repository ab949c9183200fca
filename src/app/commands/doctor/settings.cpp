#include "app/commands/doctor/subjects.h"

#include <algorithm>

namespace mindspace::app::doctor {

void check_settings(const Config& config, Checks& checks) {
    checks.ok("settings.valid", "the settings are valid");
    const auto& url = config.http.public_url;
    if (url.starts_with("http://localhost"))
        checks.warning("settings.public_url", "http.public_url is " + url,
                       "set the URL that other machines use: links in mails contain it");
    else if (!url.starts_with("https://"))
        checks.warning("settings.public_url", "http.public_url is not https: passwords and tokens are sent unencrypted",
                       "serve HTTPS, by a proxy or with tls.certificate and tls.key");
    if (config.rate_limit.scale > 10)
        checks.warning("settings.rate_limit", "rate_limit.scale is above 10: rate limits have little effect",
                       "lower rate_limit.scale");
    if (config.auth.hashing.memory_kib < 19'456 || config.auth.hashing.passes < 2)
        checks.warning("settings.hashing", "passwords are hashed at lower cost than OWASP recommends",
                       "hash with at least 19456 KiB and 2 passes");
    if (std::ranges::find(config.cors.origins, "*") != config.cors.origins.end())
        checks.warning("settings.cors", "cors.origins allows every origin", "list the origins of your own pages");
    for (const auto& network : config.http.trusted_proxies)
        if (network.ends_with("/0"))
            checks.warning("settings.trusted_proxies",
                           "http.trusted_proxies trusts every address: clients can forge addresses",
                           "list the addresses of your proxies only");
    if (config.management.address == "0.0.0.0")
        checks.warning("settings.management", "management.address accepts connections from every network",
                       "set management.address to 127.0.0.1 or to an address of a private network");
}

}  // namespace mindspace::app::doctor
