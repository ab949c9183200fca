# Run by discover_rooms() after linking: writes the CTest entries of one test program.
# In: program, entries (the file to write), label, timeout, sources (the folder that the rooms are in).

execute_process(COMMAND ${program} --gtest_list_tests --gtest_output=json:${entries}.json
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(READ ${entries}.json listing)
string(JSON suites GET "${listing}" testsuites)
string(JSON count LENGTH "${suites}")
math(EXPR last "${count} - 1")

set(rooms "")
foreach(index RANGE ${last})
    string(JSON suite GET "${suites}" ${index})
    string(JSON name GET "${suite}" name)
    string(JSON file GET "${suite}" testsuite 0 file)
    file(RELATIVE_PATH file ${sources} ${file})
    string(REGEX REPLACE "/[^/]*$" "" room ${file})
    string(REPLACE "/" "." room ${room})
    list(APPEND rooms ${room})
    list(APPEND suites_of_${room} "${name}.*")
endforeach()
list(REMOVE_DUPLICATES rooms)

set(script "")
foreach(room IN LISTS rooms)
    list(JOIN suites_of_${room} ":" filter)
    string(APPEND script "add_test([==[${label}.${room}]==] [==[${program}]==] [==[--gtest_filter=${filter}]==])\n"
        "set_tests_properties([==[${label}.${room}]==] PROPERTIES LABELS ${label} TIMEOUT ${timeout} COST 100)\n")
endforeach()
file(WRITE ${entries} "${script}")
