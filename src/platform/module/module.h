#pragma once
// A module is a part of the program with its own life cycle: a service, or a job of the platform. A process has one
// Module, with what all cores share and with the jobs that run once per process, on its first core; each core has one
// ModuleCore, with what belongs to that core's loop. src/app/modules.cpp lists the modules; src/app/cores.cpp calls
// them on their core's thread, except constructors and destructors, which run while no threads do.

#include "platform/async/awaitable.h"
#include "platform/base/time.h"
#include "platform/http/api/endpoint.h"
#include "platform/module/core_resources.h"
#include "platform/telemetry/metrics/page.h"

#include <map>
#include <string>

namespace mindspace {

namespace postgres {
class Session;
}

// A component of /readyz and its state: "ok", "degraded" (the node serves nevertheless) or "failing".
struct Health {
    bool is_ready = true;
    std::map<std::string, std::string> checks;
};

class Lifecycle {
public:
    Lifecycle() = default;
    virtual ~Lifecycle() = default;
    Lifecycle(const Lifecycle&) = delete;
    Lifecycle& operator=(const Lifecycle&) = delete;

    // Starts the work. The modules before it in the list are ready then, or waiting for them has timed out.
    virtual void start() {}
    // Whether it has everything that it needs to serve. The start waits for this for a few seconds.
    [[nodiscard]] virtual bool is_ready() const { return true; }
    // The process is about to end: starts no new work, and asks clients to reconnect to another node within `window`.
    virtual void drain(Milliseconds /*window*/) {}
    // Whether no work is in progress that the end of the process must wait for.
    [[nodiscard]] virtual bool is_idle() const { return true; }
    // Cancels work in progress. Final.
    virtual void stop() {}
};

// The part of a module that belongs to one core.
class ModuleCore : public Lifecycle {
public:
    // Their handlers call this object, which must outlive them.
    [[nodiscard]] virtual http::Endpoints endpoints() { return {}; }
};

// The part that belongs to the process. Owns the parts of the cores.
class Module : public Lifecycle {
public:
    // Creates the part of a core, before anything starts. Null if this module has none.
    virtual ModuleCore* add_core(const CoreResources& /*core*/) { return nullptr; }

    // For the management listener, on the first core; after add_core().
    [[nodiscard]] virtual http::Endpoints management_endpoints() { return {}; }
    // Before start(), with the schema up to date: writes what other processes require. On a separate loop.
    virtual Awaitable<> prepare(postgres::Session& /*session*/) { co_return; }

    // From any thread: the health and the metrics of all cores.
    virtual void report_health(Health& /*health*/) const {}
    virtual void collect(telemetry::Page& /*page*/) const {}
};

}  // namespace mindspace
