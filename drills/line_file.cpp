// write(2) with O_APPEND; a half line is cut off by ftruncate, or completed where that is impossible.
#include "drills/line_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace firedrill::drills {
namespace {

std::size_t lines_in(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

LineFile::LineFile(std::filesystem::path path) : path_{std::move(path)} {
  file_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) throw std::runtime_error{fmt::format("cannot open {}: {}", path_.string(), std::strerror(errno))};
  struct stat facts {};
  if (::fstat(file_, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size > 0) {
    ::close(file_);
    throw std::runtime_error{
        fmt::format("{} already holds the journal of a run; choose another directory", path_.string())};
  }
}

LineFile::~LineFile() { close(); }

std::size_t LineFile::append(std::string_view lines) {
  owed_.erase(0, put(owed_));
  if (!owed_.empty()) return lines_in(lines);

  const std::size_t written = put(lines);
  if (written == lines.size()) return 0;
  const std::string_view rest = lines.substr(written);
  const std::size_t last_end = lines.substr(0, written).rfind('\n');
  const std::size_t half = written - (last_end == std::string_view::npos ? 0 : last_end + 1);
  if (half == 0) return lines_in(rest);
  if (::ftruncate(file_, static_cast<off_t>(size_ - half)) == 0) {
    size_ -= half;
    return lines_in(rest);
  }
  owed_ = rest.substr(0, rest.find('\n') + 1);
  return lines_in(rest) - 1;
}

void LineFile::close() {
  if (file_ < 0) return;
  owed_.erase(0, put(owed_));
  // Pipes and devices cannot be synchronised and need not be.
  if (::fdatasync(file_) != 0 && errno != EINVAL && errno != EROFS) failed("put on the disk", errno);
  if (::close(file_) != 0 && errno != EINTR) failed("close", errno);
  file_ = -1;
}

std::size_t LineFile::put(std::string_view bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::write(file_, bytes.data() + done, bytes.size() - done);
    if (n > 0) {
      done += static_cast<std::size_t>(n);
    } else if (n == 0 || errno != EINTR) {
      failed("write", n == 0 ? ENOSPC : errno);
      break;
    }
  }
  size_ += done;
  return done;
}

void LineFile::failed(std::string_view doing, int error) {
  if (!failure_) failure_ = fmt::format("cannot {} {}: {}", doing, path_.string(), std::strerror(error));
}

}  // namespace firedrill::drills
