#define BOOST_TEST_MODULE cafq
#include <boost/test/unit_test.hpp>
