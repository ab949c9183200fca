#include "services/meditation/rooms/order/scripts.h"

namespace mindspace::meditation {

const redis::Script kEnterScript = redis::Script::make("room_enter",
#include "services/meditation/rooms/order/enter.lua.inc"
);
const redis::Script kLeaveScript = redis::Script::make("room_leave",
#include "services/meditation/rooms/order/leave.lua.inc"
);
const redis::Script kRenewScript = redis::Script::make("room_renew",
#include "services/meditation/rooms/order/renew.lua.inc"
);
const redis::Script kReapScript = redis::Script::make("room_reap",
#include "services/meditation/rooms/order/reap.lua.inc"
);
const redis::Script kReactScript = redis::Script::make("room_react",
#include "services/meditation/rooms/order/react.lua.inc"
);
const redis::Script kFlushScript = redis::Script::make("room_flush",
#include "services/meditation/rooms/order/flush.lua.inc"
);
const redis::Script kAnnounceScript = redis::Script::make("room_announce",
#include "services/meditation/rooms/order/announce.lua.inc"
);
const redis::Script kChangeScript = redis::Script::make("room_change",
#include "services/meditation/rooms/order/change.lua.inc"
);
const redis::Script kReadScript = redis::Script::make("room_read",
#include "services/meditation/rooms/order/read.lua.inc"
);

}  // namespace mindspace::meditation
