#include "app/commands/doctor/subjects.h"

#include <sys/timex.h>

namespace mindspace::app::doctor {

void check_synchronisation(Checks& checks) {
    timex state{};  // no modes: only reads
    if (ntp_adjtime(&state) != TIME_ERROR)
        checks.ok("clocks.synchronised", "the clock of this machine is synchronised");
    else
        checks.warning("clocks.synchronised", "the kernel does not consider the clock of this machine synchronised",
                       "run an NTP client such as chrony or systemd-timesyncd (timedatectl set-ntp true)");
}

}  // namespace mindspace::app::doctor
