//! Three-way merge of generated text with what people wrote by hand.
