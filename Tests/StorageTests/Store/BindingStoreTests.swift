import Storage
import Testing

@Suite struct BindingStoreTests {}
