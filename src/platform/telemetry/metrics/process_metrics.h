#pragma once
// The metrics of the process that all Prometheus clients show (`process_*`), from /proc.

#include "platform/telemetry/metrics/page.h"

namespace mindspace::telemetry {

// Blocks for a moment: the kernel lists the open files.
void collect_process(Page& page);

}  // namespace mindspace::telemetry
