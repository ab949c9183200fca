#include "app/process/tracing.h"

#include "app/settings/settings.h"
#include "platform/base/ids.h"
#include "platform/base/version.h"

namespace mindspace::app {

namespace {

// https://opentelemetry.io/docs/specs/semconv/resource/#service. A process with some of the roles is a service of its
// own.
telemetry::ResourceAttributes describe_process(const Roles& roles) {
    std::string name = "mindspace";
    if (!has_all(roles))
        for (const auto* role : roles) name += '-' + std::string(role->name);
    return {{"service.namespace", "mindspace"},
            {"service.name", name},
            {"service.version", std::string(kVersion)},
            {"service.instance.id", Uuid::v7(SystemClock{}.now()).to_string()}};
}

}  // namespace

Tracing::Tracing(const TraceSettings& settings, const Roles& roles)
    : exporter_({}, describe_process(roles), std::make_unique<telemetry::HttpCollector>(settings.collector)),
      tracer_(settings.tracer, exporter_) {}

}  // namespace mindspace::app
