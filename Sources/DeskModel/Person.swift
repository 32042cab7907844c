/// One whom two agents must not serve without knowing of each other: a customer with all their addresses, or an address
/// that is no customer's yet.
///
/// It is what the guard counts. Once the address becomes a customer's, or two customers are joined, the same tickets
/// belong to the new person.
public enum Person: Hashable, Sendable {
    /// A customer, whichever of their addresses is meant.
    case customer(CustomerID)
    /// An address that belongs to no customer.
    case address(Address)
}
