// Configurations that no one here wrote: those that Debian's packages of HAProxy and nginx install, and the examples in
// HAProxy's manual. What the program takes, a check takes; what it refuses, a check finds something wrong with.
#include <glob.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <utility>
#include <vector>

#include "lint/check.hpp"
#include "tests/support/child_process.hpp"

namespace firedrill::tests {
namespace {

class Disk final : public lint::Files {
 public:
  std::optional<std::string> read(const std::string& path, std::string& why) override {
    std::ifstream stream{path, std::ios::binary};
    why = "No such file";
    if (!stream) return std::nullopt;
    return std::string{std::istreambuf_iterator<char>{stream}, {}};
  }
  std::vector<std::string> matches(const std::string& pattern) override {
    std::vector<std::string> paths;
    glob_t found{};
    if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
      for (std::size_t i = 0; i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i]);
    ::globfree(&found);
    return paths;
  }
};

std::vector<std::string> files_of(const std::string& package) {
  std::vector<std::string> files;
  const Exited list = run({"/usr/bin/dpkg", "-L", package});
  std::istringstream stream{list.code == 0 ? list.output : ""};
  for (std::string path; std::getline(stream, path);)
    if (std::filesystem::is_regular_file(path)) files.push_back(path);
  return files;
}

// FD08: what can be included only is checked as if it were.
constexpr std::string_view all_mistakes = "FD01 FD02 FD03 FD08", refusals = "FD01 FD02 FD03";

std::string mistakes_in(const std::string& path, lint::Format format, std::string_view ids = all_mistakes) {
  Disk disk;
  lint::Sources sources{disk};
  std::string why;
  const lint::Outcome outcome =
      lint::check({{format, sources.open(path, why)}}, sources, [](const std::string&) { return std::nullopt; });
  std::string all;
  for (const lint::Finding& finding : outcome.findings)
    if (ids.find(finding.rule->id) != std::string_view::npos)
      all += finding.spot.source->name() + ":" + std::to_string(finding.spot.line) + ": " + finding.message + "\n";
  return all;
}

std::string content_of(const std::string& path) {
  std::ifstream stream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

// What a file alone cannot say: that another one is missing, or a name has no address, or a user is not there.
bool is_about_the_machine(const std::string& told) {
  constexpr const char* signs[] = {"unable to stat",    "unable to load",    "cannot open",      "failed to open",
                                   "No such file",      "could not resolve", "cannot find user", "cannot find group",
                                   "unable to open",    "cannot chroot",     "not built in",     "cannot be resolved",
                                   "failed to load",    "can't open",        "couldn't open",    "host not found",
                                   "no SSL certificate"};
  return std::any_of(std::begin(signs), std::end(signs),
                     [&](const char* sign) { return told.find(sign) != std::string::npos; });
}

struct Count {
  int taken = 0, refused = 0, machine = 0;
};

void play_with_haproxy(const std::string& path, const std::string& shown, Count& count) {
  const Exited real = run({"/usr/sbin/haproxy", "-c", "-f", path});
  const std::string told = mistakes_in(path, lint::Format::haproxy);
  if (real.code == 0) {
    ++count.taken;
    // HAProxy starts for a stats socket alone, too.
    EXPECT_EQ(mistakes_in(path, lint::Format::haproxy, refusals), "") << shown << " is good, HAProxy says";
  } else if (told.empty() && is_about_the_machine(real.output)) {
    ++count.machine;
  } else {
    ++count.refused;
    EXPECT_NE(told, "") << shown << " is refused:\n" << real.output;
  }
}

TEST(Examples, OfHaproxyAreUnderstood) {
  if (program({"/usr/sbin/haproxy"}).empty())
    GTEST_SKIP() << "!!! NOT TESTED: install the Debian package haproxy (./dev test does that)";
  Count count;
  for (const std::string& path : files_of("haproxy"))
    if (path.ends_with(".cfg")) play_with_haproxy(path, path, count);

  std::cout << count.taken + count.refused + count.machine << " configurations of HAProxy's package: it takes "
            << count.taken << ", refuses " << count.refused << " as we do, and " << count.machine
            << " for want of what is not on this machine\n";
  EXPECT_GT(count.taken, 0);
}

// The examples of the manual: the indented lines below "Example:", where one of them begins a section.
std::vector<std::string> manual_examples(const std::string& manual) {
  std::vector<std::string> list;
  std::istringstream stream{manual};
  const auto indent = [](const std::string& line) { return line.find_first_not_of(" \t"); };
  std::string line;
  bool more = static_cast<bool>(std::getline(stream, line));
  while (more) {
    const std::size_t base = indent(line);
    const bool begins = base != std::string::npos && base > 0 && line.compare(base, 7, "Example") == 0 &&
                        line.find(':', base) != std::string::npos;
    more = static_cast<bool>(std::getline(stream, line));
    if (!begins) continue;
    std::string example;
    bool has_section = false;
    for (; more && (indent(line) == std::string::npos || indent(line) > base);
         more = static_cast<bool>(std::getline(stream, line))) {
      const std::size_t at = std::min(indent(line), line.size());
      for (const char* const word :
           {"global", "defaults", "frontend ", "backend ", "listen ", "userlist ", "peers ", "resolvers ", "mailers ",
            "cache ", "ring ", "http-errors ", "program ", "fcgi-app "})
        has_section = has_section || line.compare(at, std::string_view{word}.size(), word) == 0;
      example += line + "\n";
    }
    if (has_section) list.push_back(example);
  }
  return list;
}

TEST(Examples, OfHaproxysManualAreJudgedAsHaproxyJudgesThem) {
  if (program({"/usr/sbin/haproxy"}).empty())
    GTEST_SKIP() << "!!! NOT TESTED: install the Debian package haproxy (./dev test does that)";
  const TemporaryDirectory directory;
  const Exited manual = run({"/bin/gzip", "-dc", "/usr/share/doc/haproxy/configuration.txt.gz"});
  if (manual.code != 0) GTEST_SKIP() << "!!! NOT TESTED: HAProxy's manual is not installed";
  Count count;
  for (const std::string& example : manual_examples(manual.output))
    play_with_haproxy(directory.write("example.cfg", example), example, count);

  std::cout << count.taken + count.refused + count.machine << " examples of HAProxy's manual: it takes " << count.taken
            << ", refuses " << count.refused << " as we do, and " << count.machine
            << " for want of what is not on this machine\n";
  EXPECT_GT(count.taken, 5);
  EXPECT_GT(count.refused, 20);
}

// As it stands, or as what is included where http, a server or a location is.
const std::vector<std::pair<std::string, std::string>> wraps{
    {"", ""},
    {"events {\n}\n", ""},
    {"events {\n}\nhttp {\n", "\n}\n"},
    {"events {\n}\nhttp {\n  server {\n    location / {\n", "\n}\n}\n}\n"},
    {"load_module /usr/lib/nginx/modules/ngx_mail_module.so;\nevents {\n}\n", ""}};

TEST(Examples, OfNginxAreUnderstood) {
  if (program({"/usr/sbin/nginx"}).empty())
    GTEST_SKIP() << "!!! NOT TESTED: install the Debian package nginx (./dev test does that)";
  const TemporaryDirectory directory;  // what they include is found beside them
  std::filesystem::copy("/etc/nginx", directory.path(), std::filesystem::copy_options::recursive);
  Count count;
  for (const char* const package : {"nginx-common", "nginx-doc", "nginx"})
    for (const std::string& path : files_of(package)) {
      const bool configuration = path.starts_with("/etc/nginx/") || path.starts_with("/usr/share/doc/nginx/examples/");
      // A shell script lies among the examples.
      if (!configuration || path.find("nginx_modsite") != std::string::npos) continue;
      std::string said, told;
      bool taken = false;
      for (const auto& [before, behind] : wraps) {
        const std::string file = directory.write("example.conf", before + content_of(path) + behind);
        const Exited real = run({"/usr/sbin/nginx", "-t", "-q", "-e", "stderr", "-c", file, "-g", "error_log stderr;"});
        said += real.output;
        told = mistakes_in(file, lint::Format::nginx);
        taken = real.code == 0;
        if (taken) break;
        EXPECT_TRUE(!told.empty() || is_about_the_machine(real.output)) << path << " is refused:\n" << real.output;
      }
      ++(taken ? count.taken : is_about_the_machine(said) ? count.machine : count.refused);
      if (taken) {
        EXPECT_EQ(told, "") << path << " is good, nginx says";
      }
    }
  std::cout << count.taken + count.refused + count.machine << " configurations of nginx's packages: it takes "
            << count.taken << ", refuses " << count.refused << " as we do, and " << count.machine
            << " for want of what is not on this machine\n";
  EXPECT_GT(count.taken, 5);
}

}  // namespace
}  // namespace firedrill::tests
