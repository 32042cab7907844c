/// Why the mail worker cannot go on.
public enum PostError: Error, Equatable, Sendable {
    /// The box could not be closed; the step and its errno.
    case sandbox(step: String, errno: Int32)
    /// A library could not be initialised.
    case library(String)
    /// The desk sent something that is not a request.
    case request
    /// The pipe to or from the desk broke; errno.
    case pipe(Int32)
}
