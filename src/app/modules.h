#pragma once
// What a process is made of. modules.cpp is the one list: a role is a row of its table, a job of the platform a line of
// add_modules(). Nothing else names them.

#include "app/cores.h"
#include "app/listeners.h"
#include "app/process/process_resources.h"
#include "app/roles.h"

namespace mindspace::app {

// What a role's module is made from.
struct RoleContext {
    ProcessResources& process;
    const CoreResources& first;  // the core that runs what there is once a process
    auth::GuardModule& guards;
};

// Makes the modules of the process's roles, and those that every process has. StartupError. Returns the last of them.
Listeners& add_modules(Cores& cores, ProcessResources& process);

}  // namespace mindspace::app
