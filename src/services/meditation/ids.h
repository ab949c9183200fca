#pragma once
// The ids of the meditation service.

#include "platform/base/ids.h"

namespace mindspace::meditation {

using MeditationSessionId = Id<struct MeditationSessionTag>;
using GroupId = Id<struct GroupTag>;

}  // namespace mindspace::meditation
