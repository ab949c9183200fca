#pragma once
// The settings of the analytics service; the program's settings fill them (src/app/settings).

#include "platform/base/time.h"

namespace mindspace::analytics {

struct AnalyticsSettings {
    Milliseconds refresh_interval{500};  // of the global statistics, after a change
    Seconds verify_interval{3600};       // of a sample of users
};

}  // namespace mindspace::analytics
