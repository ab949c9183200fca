#pragma once
// How long ended groups and their attendance are kept.

#include "platform/retention/retention.h"

namespace mindspace::meditation {

// Sessions that resulted from a group stay; they belong to their users.
retention::Rules retention_rules();

}  // namespace mindspace::meditation
