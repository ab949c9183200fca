# Run by discover_suites() after linking: writes the CTest entries of one test program.
# In: program, entries (the file to write), label, timeout, environment.

execute_process(COMMAND ${program} --gtest_list_tests
    OUTPUT_VARIABLE listing COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "(^|\n)[A-Za-z0-9_/]+\\." suites "${listing}")
list(TRANSFORM suites STRIP)

set(script "")
foreach(suite IN LISTS suites)
    set(name "${label}.${suite}")
    string(REGEX REPLACE "\\.$" "" name "${name}")
    string(APPEND script "add_test([==[${name}]==] [==[${program}]==] [==[--gtest_filter=${suite}*]==])\n"
        "set_tests_properties([==[${name}]==] PROPERTIES LABELS ${label} TIMEOUT ${timeout}"
        " ENVIRONMENT [==[${environment}]==])\n")
endforeach()
file(WRITE ${entries} "${script}")
