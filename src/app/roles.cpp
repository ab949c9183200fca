#include "app/roles.h"

#include <algorithm>

namespace mindspace::app {

std::string role_names(std::string_view separator, bool Role::* only) {
    std::string names;
    for (const auto& role : role_table()) {
        if (only != nullptr && !(role.*only)) continue;
        if (!names.empty()) names += separator;
        names += role.name;
    }
    return names;
}

Result<Roles> parse_roles(std::string_view list) {
    Roles roles;
    if (list == "all") {
        for (const auto& role : role_table()) roles.push_back(&role);
        return roles;
    }
    while (!list.empty()) {
        auto end = std::min(list.find(','), list.size());
        auto name = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        auto role = std::ranges::find(role_table(), name, &Role::name);
        if (role == role_table().end())
            return Error{ErrorCode::invalid,
                         "unknown_role",
                         "unknown role \"" + std::string(name) + "\"; there are " + role_names(", ") + ", or all",
                         {}};
        if (std::ranges::find(roles, &*role) == roles.end()) roles.push_back(&*role);
    }
    return roles;
}

bool has_gateway(const Roles& roles) {
    return std::ranges::any_of(roles, &Role::is_gateway);
}

bool has_all(const Roles& roles) {
    return roles.size() == role_table().size();
}

}  // namespace mindspace::app
