#pragma once
// The parts of a process. modules.cpp is the only list: a role is a row of its table, a job of the platform a line of
// add_modules(). No other file names them.

#include "app/cores.h"
#include "app/listeners.h"
#include "app/process/process_resources.h"
#include "app/roles.h"

namespace mindspace::app {

// The arguments from which a role's module is constructed.
struct RoleContext {
    ProcessResources& process;
    const CoreResources& first;  // the core that runs what there is once a process
    auth::AccessModule& access;
};

// Constructs the modules of the process's roles, and those that every process has. Returns the last of them. Throws
// StartupError.
Listeners& add_modules(Cores& cores, ProcessResources& process);

}  // namespace mindspace::app
