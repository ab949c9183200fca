#pragma once
// A module is a part of the program with a life of its own: a service, or a job of the platform. A process has one
// Module of it, with what all cores share and with the jobs that run once a process, on its first core; each core has
// one ModuleCore, with what belongs to that core's loop. src/app/modules.cpp lists them; src/app/cores.cpp calls them,
// each on its core's thread, but for constructors and destructors, before and after the threads run.

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

// What /readyz says: what is looked at, and "ok", "degraded" (the node serves all the same) or "failing".
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

    // Begins to work. The modules before it in the list are ready then, or have been waited for.
    virtual void start() {}
    // Has what it needs to serve. Waited for at the start, for a few seconds.
    [[nodiscard]] virtual bool is_ready() const { return true; }
    // The process is to end: begins nothing more, and sends clients to another node within `window`.
    virtual void drain(Milliseconds /*window*/) {}
    // Nothing is under way that the end of the process has to wait for.
    [[nodiscard]] virtual bool is_idle() const { return true; }
    // Breaks off what is under way. Final.
    virtual void stop() {}
};

// The part of a module that belongs to one core.
class ModuleCore : public Lifecycle {
public:
    // They call this object, which must outlive them.
    [[nodiscard]] virtual http::Endpoints endpoints() { return {}; }
};

// The part that belongs to the process. Owns those of the cores.
class Module : public Lifecycle {
public:
    // Makes the part of a core, before anything starts. Null if this module has none.
    virtual ModuleCore* add_core(const CoreResources& /*core*/) { return nullptr; }

    // For the management listener, on the first core; after add_core().
    [[nodiscard]] virtual http::Endpoints management_endpoints() { return {}; }
    // Before start(), with the schema up to date: writes what other processes must find. On a loop of its own.
    virtual Awaitable<> prepare(postgres::Session& /*session*/) { co_return; }

    // From any thread: how it is, and its figures, those of all cores together.
    virtual void report_health(Health& /*health*/) const {}
    virtual void collect(telemetry::Page& /*page*/) const {}
};

}  // namespace mindspace
