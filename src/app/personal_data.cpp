#include "app/personal_data.h"

#include "platform/events/personal_events.h"
#include "platform/idempotency/personal_data.h"
#include "services/analytics/client.h"
#include "services/auth/client.h"
#include "services/meditation/client.h"
#include "services/user/client.h"

#include <algorithm>
#include <iterator>

namespace mindspace::app {

const privacy::PersonalTables& personal_data() {
    static const privacy::PersonalTables kAll = [] {
        privacy::PersonalTables all;
        for (auto declared : {user::personal_data(), meditation::personal_data(), auth::personal_data(),
                              analytics::personal_data(), idempotency::personal_data(), events::personal_data()})
            std::ranges::move(declared, std::back_inserter(all));
        return all;
    }();
    return kAll;
}

}  // namespace mindspace::app
