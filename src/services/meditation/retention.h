#pragma once
// How long groups that are over, and who sat with them, are kept.

#include "platform/retention/retention.h"

namespace mindspace::meditation {

// Sessions that came of a group stay; they are their owners'.
retention::Rules retention_rules();

}  // namespace mindspace::meditation
