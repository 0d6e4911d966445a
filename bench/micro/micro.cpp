// All cases under Google Benchmark: nanoseconds for each.
#include <benchmark/benchmark.h>

#include <string>

#include "bench/micro/work.hpp"

int main(int count, char** words) {
  for (const auto* const one : firedrill::bench::cases())
    benchmark::RegisterBenchmark(std::string{one->name}.c_str(), [one](benchmark::State& state) {
      const auto work = one->make();
      for ([[maybe_unused]] auto _ : state) work->once();
      state.SetLabel(std::string{one->what});
    });
  benchmark::Initialize(&count, words);
  if (benchmark::ReportUnrecognizedArguments(count, words)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
