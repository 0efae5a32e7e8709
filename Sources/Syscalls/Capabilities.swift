import CLinux

/// The kernel's capabilities of this process.
public enum Capabilities {
  /// Makes every permitted capability effective. The program file may carry CAP_DAC_READ_SEARCH as permitted, so that an agent
  /// that is not root reads root's logs where the container grants it, and starts all the same where it does not. For the
  /// calling thread and those it starts: call it before there are others.
  public static func raise() { clinux_raise_permitted_capabilities() }
}
