#include "config/load.hpp"
#include "tools/cafqlookupd/lookupd.hpp"
#include "tools/daemon/start.hpp"

int main(int argc, char** argv) {
  return cafq::start(argc, argv, cafq::config::role::lookupd,
                     cafq::run_lookupd);
}
