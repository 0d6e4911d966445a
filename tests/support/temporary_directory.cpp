// mkdtemp and remove_all.
#include "tests/support/temporary_directory.hpp"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace firedrill::tests {

// Short, because the path of a Unix socket is; readable for others, because some servers change their user.
TemporaryDirectory::TemporaryDirectory() {
  std::string name = "/tmp/firedrill-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary directory"};
  path_ = name;
  std::filesystem::permissions(path_, std::filesystem::perms{0755});
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryDirectory::write(const std::string& file, const std::string& text) const {
  std::string at = *this / file;
  std::ofstream{at} << text;
  return at;
}

}  // namespace firedrill::tests
