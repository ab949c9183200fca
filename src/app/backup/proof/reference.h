#pragma once
// What a backup must restore to: the sums of all tables at a restore point in the write-ahead log. Writers of all
// tables are kept out for the moment in which the restore point is written and the snapshot is taken, so both are the
// same state; the rows are read afterwards, while writers go on.

#include "app/backup/proof/table_sums.h"
#include "platform/base/time.h"

#include <boost/asio/io_context.hpp>

#include <string>

namespace mindspace::app::backup {

struct Reference {
    std::string restore_point{};
    std::string segment{};  // of the write-ahead log that contains it
    TableSums sums{};
};

// `conninfo` is of a role that may write restore points and lock all tables. Throws Unavailable or DatabaseError, the
// latter also if writers never left a gap.
Awaitable<Reference> take_reference(boost::asio::io_context& loop, std::string conninfo);

// Waits until the segment has been archived. Throws Unavailable if it was not within `limit`.
Awaitable<> wait_until_archived(boost::asio::io_context& loop, std::string conninfo, std::string segment,
                                Seconds limit);

}  // namespace mindspace::app::backup
