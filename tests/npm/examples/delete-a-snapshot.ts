await box.deleteSnapshot("snap_x7f...")
