//! Who is let in and who is not, in each mode and by each rule, and what is told about it.
