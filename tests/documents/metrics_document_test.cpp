// docs/metrics.md lists the metrics of the program.

#include "app/backup/jobs/metrics.h"
#include "platform/events/stats.h"
#include "support/program/metrics.h"
#include "support/program/person.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

namespace mindspace::integration {
namespace {

using testing::IsSubsetOf;

// What a page says about a metric.
struct MetricDescription {
    std::string type;
    std::string help;
    std::set<std::string> labels;
};
using MetricDescriptions = std::map<std::string, MetricDescription>;

std::string head_name(std::istringstream& line) {
    std::string name;
    line >> name >> std::ws;
    return name;
}

// The metric of a sample: those of a histogram have suffixes.
MetricDescription& described_by(MetricDescriptions& metrics, const std::string& sample) {
    for (std::string_view suffix : {"", "_bucket", "_sum", "_count"})
        if (sample.ends_with(suffix))
            if (auto found = metrics.find(sample.substr(0, sample.size() - suffix.size())); found != metrics.end())
                return found->second;
    throw std::runtime_error("a sample without # TYPE: " + sample);
}

// The names in a list such as `a="b",c="d"`. No value of our labels contains "=".
std::set<std::string> label_names(std::string_view list) {
    std::set<std::string> names;
    for (auto end = list.find("=\""); end != std::string_view::npos; end = list.find("=\"", end + 1)) {
        const auto start = list.substr(0, end).find_last_of("{,") + 1;
        names.emplace(list.substr(start, end - start));
    }
    names.erase("le");
    return names;
}

void read_page(const std::string& page, MetricDescriptions& metrics) {
    std::istringstream lines(page);
    for (std::string text; std::getline(lines, text);) {
        std::istringstream line(text);
        if (text.starts_with("# HELP ")) {
            line.ignore(7);
            std::getline(line, metrics[head_name(line)].help);
        } else if (text.starts_with("# TYPE ")) {
            line.ignore(7);
            line >> metrics[head_name(line)].type;
        } else if (text.starts_with("mindspace_") || text.starts_with("process_")) {
            const auto end = text.find_first_of("{ ");
            const auto names = label_names(std::string_view(text).substr(end, text.rfind("} ") - end));
            described_by(metrics, text.substr(0, end)).labels.insert(names.begin(), names.end());
        }
    }
}

std::set<std::string> rows_of(const MetricDescriptions& metrics) {
    std::set<std::string> rows;
    for (const auto& [name, metric] : metrics) {
        std::string labels;
        for (const auto& label : metric.labels) labels += (labels.empty() ? "`" : ", `") + label + "`";
        rows.insert("| `" + name + "` | " + metric.type + " | " + labels + " | " + metric.help + " |");
    }
    return rows;
}

std::set<std::string> documented_rows() {
    std::ifstream file(std::string(std::getenv("MINDSPACE_SOURCE_DIR")) + "/docs/metrics.md");
    std::set<std::string> rows;
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("| `")) rows.insert(line);
    return rows;
}

TEST(MetricsDocument, ListsTheMetricsOfTheProgramAsOneProcess) {
    const Program program({}, std::nullopt);
    EXPECT_TRUE(is(Client(program).get("/livez"), 200));
    MetricDescriptions metrics;
    read_page(read_metrics(program.management_port()), metrics);
    EXPECT_THAT(rows_of(metrics), IsSubsetOf(documented_rows()));
}

// Several processes have metrics of a gateway, and these export traces, too; those of a broker are missing, and those
// of the backups of an embedded PostgreSQL.
TEST(MetricsDocument, ListsNothingElse) {
    const Program program({{"MINDSPACE_TRACES_URL", "http://127.0.0.1:1/v1/traces"}}, SplitPlan{});
    EXPECT_TRUE(is(Client(program).get("/livez"), 200));
    MetricDescriptions metrics;
    read_page(read_metrics(program.management_port()), metrics);
    for (const auto* role : {"auth", "user", "meditation", "analytics"})
        read_page(read_metrics(program.management_port(role)), metrics);
    telemetry::Page others;
    app::backup::describe({}, false, others);
    events::collect("analytics", events::RelayStats{}, others);
    events::collect("analytics", events::BrokerSourceStats{}, others);
    read_page(others.text(), metrics);
    const auto rows = rows_of(metrics);
    std::string table;
    for (const auto& row : rows) table += row + "\n";
    EXPECT_EQ(rows, documented_rows()) << "docs/metrics.md should end with:\n" << table;
}

}  // namespace
}  // namespace mindspace::integration
