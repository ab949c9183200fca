# Run by discover_folders() after linking. Input: program, name (of its target), listing (the file to write), root (of the
# project).

execute_process(COMMAND ${program} --gtest_list_tests --gtest_output=json:${listing}.json
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(READ ${listing}.json tests)
string(JSON suites GET "${tests}" testsuites)
string(JSON count LENGTH "${suites}")
math(EXPR last "${count} - 1")

set(folders "")
foreach(index RANGE ${last})
    string(JSON suite GET "${suites}" ${index})
    string(JSON suite_name GET "${suite}" name)
    string(JSON file GET "${suite}" testsuite 0 file)
    file(RELATIVE_PATH file ${root} ${file})
    string(REGEX REPLACE "^(src|tests)/(.*)/[^/]*$" "\\2" folder ${file})
    string(REPLACE "/" "." folder ${folder})
    list(APPEND folders ${folder})
    list(APPEND suites_of_${folder} "${suite_name}.*")
endforeach()
list(REMOVE_DUPLICATES folders)

set(script "set(${name}_folders ${folders})\n")
foreach(folder IN LISTS folders)
    list(JOIN suites_of_${folder} ":" filter)
    string(APPEND script "set(${name}_filter_${folder} [==[${filter}]==])\n")
endforeach()
file(WRITE ${listing} "${script}")
