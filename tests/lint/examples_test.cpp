// Configurations that no one here wrote: those that Debian's packages of HAProxy and nginx install. They are good, or
// the program itself refuses them for the same reason.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include "lint/check.hpp"
#include "tests/support/child_process.hpp"

namespace firedrill::tests {
namespace {

// As they lie on the disk; no pattern among them stands for files that a test could count on.
class Disk final : public lint::Files {
 public:
  std::optional<std::string> read(const std::string& path, std::string& why) override {
    std::ifstream stream{path, std::ios::binary};
    why = "No such file";
    if (!stream) return std::nullopt;
    return std::string{std::istreambuf_iterator<char>{stream}, {}};
  }
  std::vector<std::string> matches(const std::string&) override { return {}; }
};

std::vector<std::string> files_of(const std::string& package) {
  std::vector<std::string> files;
  const Exited list = run({"/usr/bin/dpkg", "-L", package});
  std::istringstream stream{list.code == 0 ? list.output : ""};
  for (std::string path; std::getline(stream, path);)
    if (std::filesystem::is_regular_file(path)) files.push_back(path);
  return files;
}

std::string mistakes(const std::string& path, lint::Format format) {
  Disk disk;
  lint::Sources sources{disk};
  std::string why;
  const lint::Outcome outcome =
      lint::check({{format, sources.open(path, why)}}, sources, [](const std::string&) { return std::nullopt; });
  std::string all;
  for (const lint::Finding& finding : outcome.findings)
    if (finding.rule->id == "FD01" || finding.rule->id == "FD02" || finding.rule->id == "FD03")
      all += finding.spot.source->name() + ":" + std::to_string(finding.spot.line) + ": " + finding.message + "\n";
  return all;
}

bool contains(const std::string& path, std::string_view text) {
  std::ifstream stream{path};
  const std::string all{std::istreambuf_iterator<char>{stream}, {}};
  return all.find(text) != std::string::npos;
}

TEST(Examples, OfHaproxyAreUnderstood) {
  if (program({"/usr/sbin/haproxy"}).empty())
    GTEST_SKIP() << "!!! NOT TESTED: install the Debian package haproxy (./dev test does that)";
  int number = 0, refused = 0;
  for (const std::string& path : files_of("haproxy")) {
    if (!path.ends_with(".cfg")) continue;
    ++number;
    const std::string told = mistakes(path, lint::Format::haproxy);
    if (told.empty()) continue;
    ++refused;
    EXPECT_NE(run({"/usr/sbin/haproxy", "-c", "-f", path}).code, 0) << "HAProxy takes what is said to be wrong:\n"
                                                                    << told;
  }
  std::cout << number << " configurations of HAProxy's, of which HAProxy refuses " << refused << " as we do\n";
  EXPECT_GT(number, 0);
}

TEST(Examples, OfNginxAreUnderstood) {
  if (program({"/usr/sbin/nginx"}).empty())
    GTEST_SKIP() << "!!! NOT TESTED: install the Debian package nginx (./dev test does that)";
  int number = 0;
  for (const char* const package : {"nginx-common", "nginx-doc", "nginx"})
    for (const std::string& path : files_of(package)) {
      const bool configuration = path.starts_with("/etc/nginx/") || path.starts_with("/usr/share/doc/nginx/examples/");
      // Shell scripts lie among the examples; character sets and parameters are no contexts of their own.
      if (!configuration || contains(path, "#!/bin") || path.ends_with("mime.types") ||
          path.find("/modules-available/") != std::string::npos)
        continue;
      std::string told = mistakes(path, lint::Format::nginx);
      // A fragment that holds nothing but directives of http or server says so at once: its place is elsewhere.
      // mail is a module that Debian builds apart; without it nginx refuses it, too.
      for (const char* const elsewhere : {"is not allowed at the top", "No such file", "no directive \"mail\""})
        if (told.find(elsewhere) != std::string::npos) told.clear();
      ++number;
      EXPECT_EQ(told, "") << path;
    }
  std::cout << number << " configurations of nginx's\n";
  EXPECT_GT(number, 0);
}

}  // namespace
}  // namespace firedrill::tests
